//! An expression as it was written: nodes in a list, each behind its operands, so that no walk needs recursion.

/// The place of a node in its tree.
pub(super) type NodeId = usize;

/// A whole expression; the last node is its root.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
}

/// A part of an expression, and the byte of the text where it is pointed at: operators at their symbol.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node<'a> {
    pub(super) at: usize,
    pub(super) part: Part<'a>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part<'a> {
    Int(i128),
    Float(f64),
    Imaginary(f64),
    /// A name, and the fields behind it.
    Name(Vec<&'a str>),
    Unary(&'static str, NodeId),
    Binary(&'static str, NodeId, NodeId),
    Call(&'a str, Vec<NodeId>),
}

impl<'a> Tree<'a> {
    pub(super) fn push(&mut self, at: usize, part: Part<'a>) -> NodeId {
        self.nodes.push(Node { at, part });
        self.nodes.len() - 1
    }
}
