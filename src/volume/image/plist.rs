//! As much of Apple's property lists as `hdiutil -plist` prints.

use quick_xml::Reader;
use quick_xml::events::Event;

/// A value; numbers, dates and booleans are of no interest here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Dictionary(Vec<(String, Value)>),
    Array(Vec<Value>),
    String(String),
    Other,
}

impl Value {
    /// The value of `key` in a dictionary.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Dictionary(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The elements of the array at `key`.
    pub(super) fn array(&self, key: &str) -> &[Value] {
        match self.get(key) {
            Some(Value::Array(values)) => values,
            _ => &[],
        }
    }

    /// The text at `key`.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }
}

/// Reads a property list in XML.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &[u8]) -> Result<Value, String> {
    // hdiutil sometimes prints a line of its own before the list.
    let text = str::from_utf8(text).map_err(|error| error.to_string())?;
    let start = text.find("<?xml").ok_or("there is no property list")?;
    let mut reader = Reader::from_str(&text[start..]);
    reader.config_mut().expand_empty_elements = true;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) if tag.name().as_ref() != "plist" => {
                let tag = tag.name().as_ref().to_owned();
                return value(&mut reader, &tag);
            }
            Event::Eof => return Err("the property list is empty".to_owned()),
            _ => {}
        }
    }
}

/// The value whose start tag was just read.
fn value(reader: &mut Reader<&[u8]>, tag: &str) -> Result<Value, String> {
    let mut pairs = Vec::new();
    let mut values = Vec::new();
    let mut text = String::new();
    let mut key = None;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(inner) => {
                let inner = inner.name().as_ref().to_owned();
                let read = value(reader, &inner)?;
                match (inner.as_str(), key.take(), read) {
                    ("key", _, Value::String(name)) => key = Some(name),
                    (_, Some(name), read) => pairs.push((name, read)),
                    (_, None, read) => values.push(read),
                }
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::GeneralRef(reference) => {
                text.push_str(quick_xml::escape::resolve_predefined_entity(&reference).unwrap_or_default());
            }
            Event::End(_) => break,
            Event::Eof => return Err("the property list is cut off".to_owned()),
            _ => {}
        }
    }
    Ok(match tag {
        "dict" => Value::Dictionary(pairs),
        "array" => Value::Array(values),
        "string" | "key" => Value::String(text),
        _ => Value::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries_arrays_and_entities_are_read() {
        let list = parse(
            b"warning\n<?xml version=\"1.0\"?><!DOCTYPE plist><plist version=\"1.0\"><dict><key>a</key><array>\
              <dict><key>x</key><string>1 &amp; 2</string><key>t</key><true/></dict></array><key>b</key><string/>\
              </dict></plist>",
        )
        .expect("list");
        assert_eq!(list.array("a")[0].text("x"), Some("1 & 2"));
        assert_eq!(list.array("a")[0].get("t"), Some(&Value::Other));
        assert_eq!(list.text("b"), Some(""));
        assert_eq!(list.text("c"), None);
    }

    #[test]
    fn damage_is_said() {
        assert_eq!(parse(b"hdiutil: no"), Err("there is no property list".to_owned()));
        assert!(parse(b"<?xml version=\"1.0\"?><plist><dict><key>a</key>").is_err());
    }
}
