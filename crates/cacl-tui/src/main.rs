//! The executable; everything is in the library.

/// Reading an event takes a hundred small pieces of memory, and this hands them out faster than what comes with libc (all the
/// more than musl's).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cacl_tui::main()
}
