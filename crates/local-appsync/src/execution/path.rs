//! Where in the answer a value stands, linked through the call stack so that it costs nothing until an error needs it.

use std::fmt;

use crate::error::PathSegment;

#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    segment: Segment<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Segment<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    pub(super) fn root(response_name: &'a str) -> Path<'a> {
        Path { parent: None, segment: Segment::Field(response_name) }
    }

    pub(super) fn field(parent: Option<&'a Path<'a>>, response_name: &'a str) -> Path<'a> {
        Path { parent, segment: Segment::Field(response_name) }
    }

    pub(super) fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), segment: Segment::Index(index) }
    }

    pub(super) fn to_vec(self) -> Vec<PathSegment> {
        let mut segments = self.parent.map(|parent| parent.to_vec()).unwrap_or_default();
        segments.push(match self.segment {
            Segment::Field(name) => PathSegment::Field(name.to_owned()),
            Segment::Index(index) => PathSegment::Index(index),
        });
        segments
    }
}

/// As AppSync writes it: `/listTodos/items[0]/name`.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.segment {
            Segment::Field(name) => write!(f, "/{name}"),
            Segment::Index(index) => write!(f, "[{index}]"),
        }
    }
}
