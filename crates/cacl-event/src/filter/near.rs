//! Did you mean …?

/// The known word that was probably meant: one that begins like it, else the nearest one that is not too far off.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let begins = |known: &&str| {
        word.len() >= 2 && known.get(..word.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(word))
    };
    if let Some(longer) = known.clone().find(begins) {
        return Some(longer);
    }
    let word: Vec<char> = word.chars().map(|character| character.to_ascii_lowercase()).collect();
    // One slip in three letters, two in a longer word; with more, it is another word.
    let most = (word.len() / 3).min(2);
    let near = known.filter_map(|known| Some((distance(&word, known, most)?, known)));
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// The word that was misspelt, where any word may be right: only one that occurs in no known word and is near one.
pub(super) fn misspelt<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let lower = word.to_ascii_lowercase();
    if known.clone().any(|known| known.to_ascii_lowercase().contains(&lower)) {
        return None;
    }
    nearest(word, known)
}

/// How many letters to add, drop, change or swap with their neighbour, if that is not too many.
fn distance(word: &[char], known: &str, most: usize) -> Option<usize> {
    let known: Vec<char> = known.chars().map(|character| character.to_ascii_lowercase()).collect();
    if word.len().abs_diff(known.len()) > most {
        return None;
    }
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=known.len()).collect();
    for (line, letter) in word.iter().enumerate() {
        let mut next = vec![line + 1];
        for (column, other) in known.iter().enumerate() {
            let mut cost = (row[column] + usize::from(letter != other)).min(row[column + 1] + 1).min(next[column] + 1);
            if line > 0 && column > 0 && *letter == known[column - 1] && word[line - 1] == *other {
                cost = cost.min(above[column - 1] + 1);
            }
            next.push(cost);
        }
        above = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|distance| *distance <= most)
}
