//! The program's own log, to a file and nowhere else: the terminal belongs to the screens, stdout to the reports.

use std::{fs::OpenOptions, path::Path, sync::Mutex};

use anyhow::Context;
use tracing_subscriber::EnvFilter;

/// Starts logging to the end of a file, if there is one. `CACL_LOG_FILTER` says how much, in `tracing`'s syntax.
pub fn start(file: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = file.filter(|path| !path.as_os_str().is_empty()) else {
        return Ok(());
    };
    let writer = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("cannot log to {}", path.display()))?;
    let filter = std::env::var("CACL_LOG_FILTER").ok().filter(|filter| !filter.is_empty());
    let filter = EnvFilter::try_new(filter.as_deref().unwrap_or("info,cacl_aws=debug,cacl_local=debug,cacl_tui=debug"))
        .context("CACL_LOG_FILTER is no filter (an example: info,cacl_aws=debug)")?;
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Mutex::new(writer)).init();
    Ok(())
}
