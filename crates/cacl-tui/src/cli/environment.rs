//! The `.env` file of the current directory, read before any thread starts and before the command line is.
//!
//! Deliberately absent: looking for `.env` in parent directories, and taking from it what this program does not read. A
//! foreign directory should not get to say more than where AWS is.

use std::{env, fs, io, path::Path};

use crate::{Exit, failure::Failure};

/// Credentials belong together: half from `.env` and half from the environment would be a pair that nobody meant.
const CREDENTIALS: [&str; 4] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"];

/// Takes the file's variables into the environment, less those that are there already and those that are empty.
/// Without a file there is nothing to do; a broken one is an error that names the line, but does not quote it.
pub fn load(file: &Path) -> Result<(), Failure> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(broken(file, &error.to_string())),
    };
    let pairs = parse(&text).map_err(|line| broken(file, &format!("line {line} is not NAME=value")))?;
    let wanted = select(pairs, |name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    dotenvy::from_read(quoted(&wanted).as_bytes()).map_err(|error| broken(file, &error.to_string()))
}

fn broken(file: &Path, why: &str) -> Failure {
    let what = format!("cannot use {}: {why}", file.display());
    Failure::new(Exit::Usage, what, "mend the file (.env.dist shows every variable), or remove it")
}

/// The pairs, or the number of the first line that is none.
fn parse(text: &str) -> Result<Vec<(String, String)>, usize> {
    let text = text.trim_start_matches('\u{feff}');
    let mut pairs = Vec::new();
    for pair in dotenvy::from_read_iter(text.as_bytes()) {
        match pair {
            Ok(pair) => pairs.push(pair),
            Err(dotenvy::Error::LineParse(line, _)) => {
                let found = text.lines().position(|candidate| candidate.contains(line.lines().next().unwrap_or("")));
                return Err(found.map_or(text.lines().count(), |index| index + 1));
            }
            Err(_) => return Err(text.lines().count()),
        }
    }
    Ok(pairs)
}

fn select(pairs: Vec<(String, String)>, is_set: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let credentials_given = CREDENTIALS.iter().any(|name| is_set(name));
    pairs
        .into_iter()
        .filter(|(name, value)| is_ours(name) && !value.is_empty() && !is_set(name))
        .filter(|(name, _)| !(credentials_given && CREDENTIALS.contains(&name.as_str())))
        .collect()
}

fn is_ours(name: &str) -> bool {
    name.starts_with("AWS_") || name.starts_with("CACL_") || matches!(name, "SERVICE_PREFIX" | "NO_COLOR")
}

/// The pairs in a form that `dotenvy` reads back as they are. Setting a variable is its part: here it would be unsafe code.
fn quoted(pairs: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('\n', "\\n");
        text.extend([name, "=\"", &value, "\"\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{parse, quoted, select};

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_environment_wins() {
        let file =
            pairs(&[("AWS_REGION", "eu-west-1"), ("SERVICE_PREFIX", "shop"), ("PATH", "/evil"), ("CACL_LOG", "")]);
        assert_eq!(select(file.clone(), |_| false), pairs(&[("AWS_REGION", "eu-west-1"), ("SERVICE_PREFIX", "shop")]));
        assert_eq!(select(file, |name| name == "AWS_REGION"), pairs(&[("SERVICE_PREFIX", "shop")]));
    }

    #[test]
    fn credentials_are_never_mixed() {
        let file = pairs(&[("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_SESSION_TOKEN", "c")]);
        assert_eq!(select(file.clone(), |name| name == "AWS_PROFILE"), []);
        assert_eq!(select(file.clone(), |name| name == "AWS_ACCESS_KEY_ID"), []);
        assert_eq!(select(file.clone(), |name| name == "AWS_REGION"), file);
    }

    #[test]
    fn quoting_survives_reading_back() {
        let odd = pairs(&[("CACL_LOG", r#"a "b" \c $HOME 'd' #e"#), ("AWS_PROFILE", "two\nlines")]);
        assert_eq!(parse(&quoted(&odd)), Ok(odd));
    }

    #[test]
    fn a_broken_line_is_named_by_its_number() {
        assert_eq!(parse("AWS_REGION=eu-west-1\n# fine\nthis is nothing\n"), Err(3));
        assert_eq!(parse("\u{feff}AWS_REGION=x\n"), Ok(pairs(&[("AWS_REGION", "x")])));
    }
}
