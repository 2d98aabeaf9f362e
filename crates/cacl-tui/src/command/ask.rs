//! Questions in the normal terminal, before any screen is drawn.

use std::io;

use crate::{
    Exit,
    cli::Global,
    failure::{Failure, note},
    look,
    report::Out,
};

/// Without `--yes` somebody must be there to answer; otherwise nothing is changed.
pub fn require_answer(yes: bool, command: &str, global: &Global) -> Result<(), Failure> {
    if yes || look::interactive() {
        return Ok(());
    }
    let what =
        format!("{command} asks before it changes anything, and there is no terminal to ask in: nothing was changed");
    Err(Failure::new(Exit::Usage, what, format!("to go on without a question: {} --yes", global.next(command))))
}

/// Asks for a yes; anything else is a no.
pub fn confirm(out: &mut Out<impl io::Write>, question: &str) -> anyhow::Result<bool> {
    let answer = answer(out, &format!("{question} [y/N] "))?;
    Ok(matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a name to be typed.
pub fn confirm_by_name(out: &mut Out<impl io::Write>, question: &str, name: &str) -> anyhow::Result<bool> {
    let answer = answer(out, &format!("{question} "))?;
    if !answer.is_empty() && answer != name {
        note(&format!("{answer} is not the stack's name, {name}"));
    }
    Ok(answer == name)
}

fn answer(out: &mut Out<impl io::Write>, question: &str) -> anyhow::Result<String> {
    out.ask(question)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}
