//! `bootstrap`, the executable that Lambda starts: one thread, one loop, see the library.

use std::{
    io::{self, Write},
    iter,
    process::ExitCode,
};

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(cacl_subscriber::run()));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let causes = iter::successors(error.source(), |&error| error.source());
            let message = causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}"));
            // If even stderr is gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}
