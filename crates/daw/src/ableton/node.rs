//! How sets are written: each value is an element of its own with an attribute `Value`.

use roxmltree::Node;

/// The element at a path of names below a node, the first of each name.
pub(super) fn at<'d, 'i>(node: Node<'d, 'i>, path: &str) -> Option<Node<'d, 'i>> {
    path.split('/').try_fold(node, |node, name| node.children().find(|child| child.has_tag_name(name)))
}

/// The element at a path of names below a node that may be missing.
pub(super) fn within<'d, 'i>(node: Option<Node<'d, 'i>>, path: &str) -> Option<Node<'d, 'i>> {
    at(node?, path)
}

/// Elements of a name in the list at a path.
pub(super) fn all<'d, 'i>(
    node: Node<'d, 'i>,
    path: &str,
    name: &'static str,
) -> impl Iterator<Item = Node<'d, 'i>> + use<'d, 'i> {
    let list = if path.is_empty() { Some(node) } else { at(node, path) };
    list.into_iter().flat_map(|list| list.children()).filter(move |child| child.has_tag_name(name))
}

/// The `Value` of the element at a path.
pub(super) fn text<'d>(node: Node<'d, '_>, path: &str) -> Option<&'d str> {
    at(node, path)?.attribute("Value")
}

/// A finite number.
pub(super) fn number(node: Node<'_, '_>, path: &str) -> Option<f64> {
    crate::foreign::number(text(node, path)?)
}

/// `true` or `false`.
pub(super) fn flag(node: Node<'_, '_>, path: &str) -> Option<bool> {
    switch(text(node, path)?)
}

/// What a switch is written as.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A whole number, such as the choice of a menu.
pub(super) fn whole(node: Node<'_, '_>, path: &str) -> Option<i64> {
    number(node, path).filter(|number| number.abs() < 1e9).map(|number| number.round() as i64)
}
