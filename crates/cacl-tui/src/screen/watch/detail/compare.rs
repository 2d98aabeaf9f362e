//! Two states of one client against each other, whatever happened between them.

use cacl_event::{Change, History, Kind};

use super::{Look, diff, list};
use crate::screen::{
    page::Draft,
    text::{Piece, flow},
    theme::Role,
};

/// How the state after the marked change and the state after another differ. `None` if that is the marked one itself, or of
/// another client.
pub fn page(history: &History, mark: &Change, change: &Change, look: &Look) -> Option<Draft> {
    if mark.id == change.id || mark.client_key()? != change.client_key()? {
        return None;
    }
    let mut draft = Draft { times: vec![mark.time, change.time], ..Draft::default() };
    let mut pieces = after(mark, change, look);
    pieces.push(look.piece(&format!(" {} ", look.theme.glyphs.arrow), Role::Quiet));
    pieces.extend(after(change, mark, look));
    draft.plain(flow(Vec::new(), &pieces, look.width));
    draft.gap();
    let Some(compared) = history.between(&mark.id, &change.id) else {
        let words = "what was set then is not known: there is nothing to compare";
        draft.plain(flow(Vec::new(), &[look.piece(words, Role::Quiet)], look.width));
        return Some(draft);
    };
    if compared.is_empty() {
        draft.plain(flow(Vec::new(), &[look.piece("there is no difference", Role::Strong)], look.width));
    }
    let head = |one: &Change, beside: &Change| format!("after {}", look.times.clock(one.time, beside.time));
    let heads = [head(mark, change), head(change, mark)];
    diff::rows(&compared, Kind::Update, &heads, look, &mut draft);
    Some(draft)
}

/// `after 10:28:11 by deploy (terraform)`.
fn after(change: &Change, beside: &Change, look: &Look) -> Vec<Piece> {
    let origin = list::origin(change.origin);
    let origin = if origin.is_empty() { String::new() } else { format!(" ({origin})") };
    vec![
        look.piece("after ", Role::Quiet),
        look.whole(&look.times.clock(change.time, beside.time), Role::Text),
        look.piece(" by ", Role::Quiet),
        look.whole(list::who(change), Role::Strong),
        look.piece(&origin, Role::Quiet),
    ]
}

/// What the mark means for a change that is not compared with it.
pub fn hint(history: &History, mark: &Change, change: &Change, look: &Look) -> String {
    if mark.id == change.id {
        return "marked: select another change of this client to compare".into();
    }
    let name = history.client_name(&mark.id).or(mark.client_id.as_deref()).unwrap_or("unknown");
    let time = look.times.clock(mark.time, change.time);
    format!("not compared: marked is {time} of another client, {name}")
}
