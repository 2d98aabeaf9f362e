//! XML elements, to read and to write: names, text and children. Attributes but the namespace, comments and mixed content
//! are absent, because no protocol of AWS's that is spoken here needs them.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    escape::{escape, unescape},
    events::Event,
};

/// An element: either text or children.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    /// Local name.
    pub name: Cow<'static, str>,
    /// Namespace, written on this element.
    pub namespace: Option<&'static str>,
    /// Text, unescaped.
    pub text: String,
    /// Children in order.
    pub children: Vec<Element>,
}

/// How deep a document may go.
const DEEPEST: usize = 64;

impl Element {
    /// Empty.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// In a namespace.
    pub fn of(name: impl Into<Cow<'static, str>>, namespace: &'static str) -> Self {
        Self { name: name.into(), namespace: Some(namespace), ..Self::default() }
    }

    /// With a child that has text.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers give numbers, flags and references alike")]
    pub fn text(mut self, name: &'static str, text: impl ToString) -> Self {
        self.children.push(Self { name: name.into(), text: text.to_string(), ..Self::default() });
        self
    }

    /// The same, if there is any text.
    #[must_use]
    pub fn maybe(self, name: &'static str, text: Option<impl ToString>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// With a child.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// With children, one after the other.
    #[must_use]
    pub fn extend(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// With a list as the Query protocol writes it: `<name><member>…</member>…</name>`.
    #[must_use]
    pub fn members(self, name: &'static str, members: impl IntoIterator<Item = Self>) -> Self {
        let members = members.into_iter().map(|member| Self { name: "member".into(), ..member });
        self.child(Self::new(name).extend(members))
    }

    /// The first child of this name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name.
    pub fn get_text(&self, name: &str) -> Option<&str> {
        self.get(name).map(|child| child.text.as_str())
    }

    /// The document, with its declaration.
    pub fn render(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.extend(["<", &self.name]);
        if let Some(namespace) = self.namespace {
            out.extend([" xmlns=\"", namespace, "\""]);
        }
        if self.text.is_empty() && self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        out.push_str(&escape(printable(&self.text)));
        for child in &self.children {
            child.write(out);
        }
        out.extend(["</", &self.name, ">"]);
    }

    /// Reads a document; `None` if it is not well-formed, has no root, or is too deep.
    pub fn parse(document: &str) -> Option<Self> {
        let mut reader = Reader::from_str(document);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => open.push(Self::new(start.local_name().as_ref().to_owned())),
                Event::Empty(empty) => {
                    open.last_mut()?.children.push(Self::new(empty.local_name().as_ref().to_owned()));
                }
                Event::End(_) => {
                    let mut element = open.pop()?;
                    if !element.children.is_empty() {
                        element.text.clear();
                    }
                    open.last_mut()?.children.push(element);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text),
                Event::CData(text) => open.last_mut()?.text.push_str(&text),
                Event::GeneralRef(name) => {
                    let reference = format!("&{};", &*name);
                    open.last_mut()?.text.push_str(&unescape(&reference).ok()?);
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
            if open.len() > DEEPEST {
                return None;
            }
        }
        let mut document = open.pop().filter(|_| open.is_empty())?;
        document.children.pop().filter(|_| document.children.is_empty())
    }
}

/// XML 1.0 has no way to write most control characters.
fn printable(text: &str) -> Cow<'_, str> {
    let forbidden = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(forbidden) { text.replace(forbidden, "\u{fffd}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let element = Element::of("Delete", "urn:x")
            .text("Quiet", true)
            .child(Element::new("Object").text("Key", "a & <b> \"c\"\nd"))
            .members("List", [Element::new("").text("A", 1)]);
        let read = Element::parse(&element.render()).expect("well-formed");
        assert_eq!(read, Element { namespace: None, ..element });
    }

    #[test]
    fn control_characters_are_replaced() {
        assert!(Element::new("a").text("b", "\u{1}x").render().contains("<b>\u{fffd}x</b>"));
    }

    #[rstest]
    #[case("")]
    #[case("plain")]
    #[case("<a>")]
    #[case("<a></b>")]
    #[case("<a/><b/>")]
    #[case("<a>&nope;</a>")]
    fn refuses(#[case] document: &str) {
        assert_eq!(Element::parse(document), None);
    }

    #[test]
    fn refuses_the_too_deep() {
        let document = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
        assert_eq!(Element::parse(&document), None);
    }
}
