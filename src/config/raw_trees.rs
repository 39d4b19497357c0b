//! The shapes of `tree` and `after`.

use super::raw::RawBytes;
use super::reader::{Fields, Reader, Spanned};
use super::tree::{Node, Value};
use super::{raw, suggest};

/// An entry of `tree`.
#[derive(Clone, Debug)]
pub struct RawLaid {
    pub path: Spanned<String>,
    pub node: RawNode,
}

/// What lies there.
#[derive(Clone, Debug)]
pub enum RawNode {
    File { content: RawBytes, mode: Option<Spanned<String>> },
    Directory { mode: Spanned<String> },
    Symlink { target: Spanned<String> },
    Hardlink { to: Spanned<String> },
}

/// An entry of `after`.
#[derive(Clone, Debug)]
pub struct RawCondition {
    pub claim: RawClaim,
    pub volume: Option<Spanned<String>>,
}

/// What it claims.
#[derive(Clone, Debug)]
pub enum RawClaim {
    File { path: Spanned<String>, content: Option<RawBytes>, mode: Option<Spanned<String>> },
    Directory { path: Spanned<String>, entries: Option<Vec<Spanned<String>>>, mode: Option<Spanned<String>> },
    Symlink { path: Spanned<String>, target: Spanned<String> },
    Absent { path: Spanned<String> },
    Unchanged { path: Spanned<String> },
    NewPaths { paths: Vec<Spanned<String>> },
    OnVolume { path: Spanned<String> },
    NoTokenOutsideSysroot,
}

/// The keys that say what an entry of `tree` is; exactly one stands in each mapping.
const NODE_KINDS: [&str; 4] = ["content", "directory", "symlink", "hardlink"];
/// The keys that say what an entry of `after` claims; exactly one stands in each.
const CLAIMS: [&str; 7] =
    ["file", "directory", "symlink", "absent", "unchanged", "new-paths", "directory-on-volume"];
/// The claim that needs nothing beside its name.
const NO_TOKEN: &str = "no-token-outside-sysroot";

/// Reads `tree`.
pub fn tree(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<RawLaid> {
    let entries = fields.get("tree").and_then(|node| reader.entries(node, "`tree`")).unwrap_or_default();
    entries
        .iter()
        .filter_map(|(key, node)| {
            let path = Spanned { span: key.span, value: key.name.clone() };
            Some(RawLaid { path, node: laid(reader, node)? })
        })
        .collect()
}

fn laid(reader: &mut Reader<'_>, node: &Node) -> Option<RawNode> {
    let Value::Map(_) = &node.value else {
        let content = reader.text(node, "an entry of `tree`")?.value;
        return Some(RawNode::File { content: RawBytes::Text(content), mode: None });
    };
    let known = [&NODE_KINDS[..], &["mode", "hex"]].concat();
    let fields = reader.fields(node, "an entry of `tree`", &known)?;
    // `hex` alone is a content, as in `files`.
    if fields.get("hex").is_some() {
        return Some(RawNode::File { content: raw::bytes(reader, node, "a file's content")?, mode: None });
    }
    let kind = only_one(reader, &fields, "an entry of `tree`", &NODE_KINDS)?;
    let mode = fields.get("mode");
    if let (Some(mode), false) = (mode, kind == "content") {
        reader.complain(mode.span, "only a file's content has a `mode` beside it", "");
    }
    let value = fields.get(kind)?;
    Some(match kind {
        "content" => RawNode::File {
            content: raw::bytes(reader, value, "`content`")?,
            mode: raw::optional_text(reader, &fields, "mode"),
        },
        "directory" => RawNode::Directory { mode: reader.text(value, "`directory`")? },
        "symlink" => RawNode::Symlink { target: reader.text(value, "`symlink`")? },
        _ => RawNode::Hardlink { to: reader.text(value, "`hardlink`")? },
    })
}

/// Reads `after`.
pub fn after(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<RawCondition> {
    let items = fields.get("after").and_then(|node| reader.items(node, "`after`")).unwrap_or_default();
    items.iter().filter_map(|node| condition(reader, node)).collect()
}

fn condition(reader: &mut Reader<'_>, node: &Node) -> Option<RawCondition> {
    if let Value::Scalar(text) = &node.value {
        if text == NO_TOKEN {
            return Some(RawCondition { claim: RawClaim::NoTokenOutsideSysroot, volume: None });
        }
        let hint = suggest::hint(text, [NO_TOKEN]);
        reader.complain(node.span, format!("unknown condition `{text}`"), hint);
        return None;
    }
    let what = "an entry of `after`";
    let known = [&CLAIMS[..], &["content", "mode", "entries", "target", "volume"]].concat();
    let fields = reader.fields(node, what, &known)?;
    let claim = only_one(reader, &fields, what, &CLAIMS)?;
    let beside: &[&str] = match claim {
        "file" => &["content", "mode"],
        "directory" => &["entries", "mode"],
        "symlink" => &["target"],
        _ => &[],
    };
    for extra in ["content", "mode", "entries", "target"] {
        if let (Some(node), false) = (fields.get(extra), beside.contains(&extra)) {
            let hint =
                if beside.is_empty() { String::new() } else { format!("known: {}", beside.join(", ")) };
            reader.complain(node.span, format!("`{extra}` says nothing about `{claim}`"), hint);
        }
    }
    let volume = raw::optional_text(reader, &fields, "volume");
    let value = fields.get(claim)?;
    let mode = raw::optional_text(reader, &fields, "mode");
    let claim = match claim {
        "new-paths" => RawClaim::NewPaths { paths: reader.texts(value, "`new-paths`")? },
        _ => {
            let path = reader.text(value, &format!("`{claim}`"))?;
            match claim {
                "file" => {
                    let content =
                        fields.get("content").and_then(|node| raw::bytes(reader, node, "`content`"));
                    RawClaim::File { path, content, mode }
                }
                "directory" => {
                    let entries = fields.get("entries").and_then(|node| reader.texts(node, "`entries`"));
                    RawClaim::Directory { path, entries, mode }
                }
                "symlink" => {
                    let target = reader.required(&fields, "target")?;
                    RawClaim::Symlink { path, target: reader.text(target, "`target`")? }
                }
                "absent" => RawClaim::Absent { path },
                "unchanged" => RawClaim::Unchanged { path },
                _ => RawClaim::OnVolume { path },
            }
        }
    };
    Some(RawCondition { claim, volume })
}

/// The only one of `kinds` among the keys; none and two are complaints.
fn only_one(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    what: &str,
    kinds: &[&'static str],
) -> Option<&'static str> {
    let mut present = kinds.iter().filter(|kind| fields.get(kind).is_some());
    match (present.next(), present.next()) {
        (Some(kind), None) => Some(kind),
        (Some(first), Some(second)) => {
            let message = format!("{what} is either `{first}` or `{second}`, not both");
            reader.complain(fields.span, message, "");
            None
        }
        (None, _) => {
            reader.complain(fields.span, format!("{what} needs one of: {}", kinds.join(", ")), "");
            None
        }
    }
}
