//! What the terminal can show, decided once.

use std::{env, io::IsTerminal};

use jiff::tz::TimeZone;

use crate::{cli::values::Color, screen::Look};

/// Whether there is a person at the other end: both to see and to answer.
pub fn interactive() -> bool {
    std::io::stdout().is_terminal() && std::io::stdin().is_terminal()
}

/// Whether stdout is a terminal.
pub fn shown_in_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// For stdout as it is.
pub fn look(color: Color) -> Look {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let color = colored(color, shown_in_terminal(), variable);
    // Crossterm looks at NO_COLOR by itself, and knows nothing of --color.
    crossterm::style::force_color_output(color);
    Look { color, ascii: !speaks_utf8(variable), time_zone: TimeZone::system() }
}

fn colored(color: Color, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && variable("NO_COLOR").is_none() && variable("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// By the locale, as POSIX ranks its variables. No locale at all is the rule in containers, over `ssh` and on Windows,
/// where terminals speak UTF-8 nonetheless.
fn speaks_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::{colored, speaks_utf8};
    use crate::cli::values::Color;

    fn environment(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn colour_is_decided_by_flag_then_variable_then_terminal() {
        assert!(colored(Color::Auto, true, environment(&[("TERM", "xterm")])));
        assert!(!colored(Color::Auto, false, environment(&[])));
        assert!(!colored(Color::Auto, true, environment(&[("NO_COLOR", "1")])));
        assert!(!colored(Color::Auto, true, environment(&[("TERM", "dumb")])));
        assert!(colored(Color::Always, false, environment(&[("NO_COLOR", "1")])));
        assert!(!colored(Color::Never, true, environment(&[])));
    }

    #[test]
    fn the_locale_decides_on_glyphs() {
        assert!(speaks_utf8(environment(&[])));
        assert!(speaks_utf8(environment(&[("LANG", "de_DE.UTF-8")])));
        assert!(speaks_utf8(environment(&[("LC_ALL", "C.utf8"), ("LANG", "C")])));
        assert!(!speaks_utf8(environment(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")])));
    }
}
