//! What a template consists of.

/// Nodes one after the other.
pub(super) type Block = Vec<Node>;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    Reference(Reference),
    Set { target: Reference, value: Expression },
    If { branches: Vec<(Expression, Block)>, otherwise: Block },
    Foreach { name: String, items: Expression, body: Block },
    Break,
    Stop,
}

/// `$name.property.method(argument)[index]`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
    /// As written: what is shown if there is no such variable; empty for a quiet one (`$!name`).
    pub(super) source: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Property(String),
    Call(String, Vec<Expression>),
    Index(Expression),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// In single quotes.
    Text(String),
    /// In double quotes: a template in the template.
    Interpolated(Block),
    List(Vec<Expression>),
    Range(Box<Expression>, Box<Expression>),
    Map(Vec<(Expression, Expression)>),
    Reference(Reference),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
