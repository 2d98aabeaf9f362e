//! The executable; everything is in the library.

fn main() -> std::process::ExitCode {
    cacl_tui::main()
}
