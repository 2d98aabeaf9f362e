//! Rubbish for everything that reads or draws, briefly. `examples/fuzz` does the same a million times, at every size.

#[path = "../examples/fuzz/run/mod.rs"]
mod run;

#[test]
fn rubbish_does_no_harm() {
    let options = run::Options {
        program: env!("CARGO_BIN_EXE_cacl-tui").into(),
        lines: 1_500,
        filters: 1_000,
        every: 997,
        seed: 1,
    };
    let done = run::run(&options, |_| ()).expect("nothing is found");
    assert!(done.changes > 500 && done.parsed > 100 && done.sizes > 100 && done.frames > done.sizes, "{done}");
}
