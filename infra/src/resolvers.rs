//! One resolver per field: direct to the function, or JavaScript that AppSync runs itself.

use cfn::appsync::{
    AppSyncRuntime, AppSyncRuntimeName, DataSource, GraphQLApi, GraphQLSchema, Resolver, ResolverKind,
};
use cfn::{Handle, Template, prelude::*};

use crate::graphql::Sources;

/// Fields that the resolvers' function answers; `resolvers/src/fields` has a file for each.
const DIRECT: &[(&str, &str)] = &[
    ("Query", "me"),
    ("Query", "getRoom"),
    ("Query", "listRooms"),
    ("Query", "listMembers"),
    ("Query", "listMessages"),
    ("Query", "syncMessages"),
    ("Query", "getAttachment"),
    ("Mutation", "createRoom"),
    ("Mutation", "joinRoom"),
    ("Mutation", "addMember"),
    ("Mutation", "sendMessage"),
    ("Mutation", "updateMessage"),
    ("Mutation", "deleteMessage"),
    ("Mutation", "createUpload"),
];

/// Fields that the same function answers to a script, which then does what only scripts can: `onMessage` says
/// when it is to end, `removeMember` ends it.
const SCRIPTED: &[(&str, &str, &str)] = &[
    ("Mutation", "removeMember", include_str!("../../resolvers/js/remove_member.js")),
    ("Subscription", "onMessage", include_str!("../../resolvers/js/on_message.js")),
];

/// Fields of the sample, by JavaScript on its table.
pub(crate) const TODO: &[(&str, &str, &str)] = &[
    ("Query", "getTodo", include_str!("../../resolvers/js/get_todo.js")),
    ("Query", "listTodos", include_str!("../../resolvers/js/list_todos.js")),
    ("Mutation", "createTodo", include_str!("../../resolvers/js/create_todo.js")),
    ("Mutation", "updateTodo", include_str!("../../resolvers/js/update_todo.js")),
    ("Mutation", "deleteTodo", include_str!("../../resolvers/js/delete_todo.js")),
];

/// Fields that a script answers alone. Only JavaScript can narrow a subscription to a part of its events.
const ALONE: &[(&str, &str, &str)] =
    &[("Subscription", "onCreateRoom", include_str!("../../resolvers/js/on_create_room.js"))];

pub(crate) fn add(
    t: &mut Template,
    api: &Handle<GraphQLApi>,
    schema: &Handle<GraphQLSchema>,
    sources: &Sources,
) {
    let direct = DIRECT.iter().map(|(parent, field)| (*parent, *field, &sources.chat, None));
    let scripts = [(SCRIPTED, &sources.chat), (TODO, &sources.todo), (ALONE, &sources.none)];
    let scripted = scripts.into_iter().flat_map(|(fields, source)| {
        fields.iter().map(move |(parent, field, code)| (*parent, *field, source, Some(*code)))
    });

    // AppSync changes an API one step at a time and refuses the rest with ConcurrentModificationException,
    // so each resolver waits for the one before it. It also needs its field to exist, which no property says.
    let mut previous: Option<Handle<Resolver>> = None;
    for (parent, field, source, code) in direct.chain(scripted) {
        let mut resolver = resolver(api, parent, field, source, code).depends_on(schema);
        if let Some(previous) = &previous {
            resolver = resolver.depends_on(previous);
        }
        previous = Some(t.add(&logical_id(field), resolver));
    }
}

fn resolver(
    api: &Handle<GraphQLApi>,
    parent: &str,
    field: &str,
    source: &Handle<DataSource>,
    code: Option<&str>,
) -> Resolver<cfn::Given, cfn::Given, cfn::Given> {
    let resolver = Resolver::new()
        .api_id(api)
        .type_name(parent)
        .field_name(field)
        .kind(ResolverKind::Unit)
        .data_source_name(source);
    match code {
        None => resolver,
        Some(code) => resolver
            .runtime(AppSyncRuntime::new().name(AppSyncRuntimeName::AppsyncJs).runtime_version("1.0.0"))
            .code(code),
    }
}

/// `sendMessage` → `SendMessageResolver`
fn logical_id(field: &str) -> String {
    let (first, rest) = field.split_at(1);
    format!("{}{rest}Resolver", first.to_uppercase())
}
