//! The parser's tree to ours, within bounds.

use std::sync::Arc;

use cel::{
    IdedExpr,
    common::ast::{CallExpr, EntryExpr, Expr, LiteralValue, MapEntryExpr, SelectExpr, operators},
};

use super::{
    call,
    evaluate::{Scene, When},
    tree::{Attribute, DEEPEST, Tree},
    value::{Possibilities, Value},
};
use crate::model::Time;

/// Turns an expression into a tree. What does not depend on anything is computed here, once.
///
/// # Errors
/// Where it has what conditions of IAM do not have, or is nested too deeply.
pub(super) fn lower(expression: &IdedExpr) -> Result<Tree, String> {
    lowered(expression, 0)
}

fn lowered(expression: &IdedExpr, depth: usize) -> Result<Tree, String> {
    if depth > DEEPEST {
        return Err("the expression is nested too deeply".to_owned());
    }
    if let Some(name) = qualified(&expression.expr) {
        return Ok(Tree::Attribute(Attribute::named(&name)));
    }
    let part = |part: &IdedExpr| lowered(part, depth + 1);
    let tree = match &expression.expr {
        Expr::Literal(literal) => Tree::Constant(Possibilities::known(value(literal))),
        Expr::List(list) => Tree::List(list.elements.iter().map(part).collect::<Result<_, _>>()?),
        Expr::Map(map) => {
            let entry = |entry: &EntryExpr| match entry {
                EntryExpr::MapEntry(MapEntryExpr { key, value, optional: false }) => {
                    Ok([part(key)?, part(value)?])
                }
                _ => Err(no_such("an optional entry of a map")),
            };
            Tree::Map(map.entries.iter().map(|found| entry(&found.expr)).collect::<Result<_, _>>()?)
        }
        Expr::Select(SelectExpr { test: true, .. }) | Expr::Comprehension(_) => {
            return Err(no_such("a macro such as `has`, `all` or `exists`"));
        }
        Expr::Select(SelectExpr { operand, field, test: false }) => {
            let field = Tree::Constant(Possibilities::known(Value::Text(field.as_str().into())));
            Tree::Call {
                function: operators::INDEX.into(),
                is_method: false,
                operands: vec![part(operand)?, field],
            }
        }
        Expr::Call(call) => of_call(call, depth)?,
        Expr::Struct(_) => return Err(no_such("a message")),
        Expr::Ident(_) | Expr::Unspecified => return Err("the expression has a hole".to_owned()),
    };
    Ok(folded(tree))
}

fn no_such(what: &str) -> String {
    format!("the expression uses {what}, which conditions of IAM do not have")
}

/// The name that an expression spells, dots and all.
fn qualified(expression: &Expr) -> Option<String> {
    let mut fields = Vec::new();
    let mut expression = expression;
    loop {
        match expression {
            Expr::Ident(name) => {
                fields.push(name.as_str());
                fields.reverse();
                return Some(fields.join("."));
            }
            Expr::Select(SelectExpr { operand, field, test: false }) => {
                fields.push(field);
                expression = &operand.expr;
            }
            _ => return None,
        }
    }
}

fn of_call(call: &CallExpr, depth: usize) -> Result<Tree, String> {
    let CallExpr { func_name, target, args } = call;
    let parts = |parts: &[IdedExpr]| -> Result<Vec<Tree>, String> {
        parts.iter().map(|part| lowered(part, depth + 1)).collect()
    };
    let owner = target.as_ref().and_then(|target| qualified(&target.expr));
    match (owner.as_deref(), func_name.as_str(), args.as_slice()) {
        (Some("resource"), "matchTag" | "matchTagId", [_, _])
        | (Some("resource"), "hasTagKey" | "hasTagKeyId", [_]) => return Ok(Tree::Tag(parts(args)?)),
        (Some("api"), "getAttribute", [_, default]) => {
            return Ok(Tree::Default(Box::new(lowered(default, depth + 1)?)));
        }
        _ => {}
    }
    let mut operands = match target {
        Some(target) => vec![lowered(target, depth + 1)?],
        None => Vec::new(),
    };
    operands.extend(parts(args)?);
    Ok(operation(func_name, target.is_some(), operands))
}

fn operation(function: &str, is_method: bool, operands: Vec<Tree>) -> Tree {
    let operands = match (function, <[Tree; 2]>::try_from(operands)) {
        (operators::LOGICAL_AND, Ok(parts)) => return Tree::And(Box::new(parts)),
        (operators::LOGICAL_OR, Ok(parts)) => return Tree::Or(Box::new(parts)),
        ("matches", Ok([text, pattern])) => match pattern.constant().and_then(Possibilities::only) {
            Some(Value::Text(found)) => return Tree::Matches(Box::new(text), call::pattern(found)),
            _ => vec![text, pattern],
        },
        (_, Ok(parts)) => parts.into(),
        (_, Err(operands)) => operands,
    };
    let operands = match (function, <[Tree; 1]>::try_from(operands)) {
        (operators::LOGICAL_NOT, Ok([part])) => return Tree::Not(Box::new(part)),
        (_, Ok(parts)) => parts.into(),
        (_, Err(operands)) => operands,
    };
    match (function, <[Tree; 3]>::try_from(operands)) {
        (operators::CONDITIONAL, Ok(parts)) => Tree::If(Box::new(parts)),
        (_, Ok(parts)) => Tree::Call { function: function.into(), is_method, operands: parts.into() },
        (_, Err(operands)) => Tree::Call { function: function.into(), is_method, operands },
    }
}

/// What a part is, computed, where it depends on nothing.
fn folded(tree: Tree) -> Tree {
    let depends = matches!(tree, Tree::Constant(_) | Tree::Attribute(_) | Tree::Tag(_) | Tree::Default(_))
        || !tree.parts().iter().all(|part| part.constant().is_some());
    if depends {
        return tree;
    }
    // Nothing in it asks for the time.
    Tree::Constant(tree.possibilities(&Scene::of(When::At(Time::UNIX_EPOCH))))
}

fn value(literal: &LiteralValue) -> Value {
    match literal {
        LiteralValue::Boolean(value) => Value::Bool(*value.inner()),
        LiteralValue::Bytes(value) => Value::Bytes(value.inner().into()),
        LiteralValue::Double(value) => Value::Double(*value.inner()),
        LiteralValue::Int(value) => Value::Int(*value.inner()),
        LiteralValue::Null => Value::Null,
        LiteralValue::String(value) => Value::Text(Arc::from(value.inner())),
        LiteralValue::UInt(value) => Value::Uint(*value.inner()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::value::Possible, *};

    #[test]
    fn what_depends_on_nothing_is_computed_once() {
        let read = |text: &str| super::super::read::read(text).unwrap();
        let constant = read("1 + 2 == 3 && 'abc'.matches('^a[bc]+$') && {'a': [1]}.a[0] == 1");
        assert_eq!(constant.constant(), Some(&Possibilities::known(Value::Bool(true))));
        let error = read("1 / 0 == 1");
        assert_eq!(error.constant(), Some(&Possibilities::one(Possible::Error)));
        assert!(read("request.path == 'a' + 'b'").constant().is_none());
    }
}
