//! What a table gives.

use crate::action::Action;
use crate::dynamodb::Table;
use crate::grant::{Grantee, variable_name};
use crate::policy::Statement;
use crate::resource::Handle;
use crate::{actions, sub};

impl Handle<Table> {
    /// Exactly these actions on the table itself. The variable is its name.
    pub fn grant(&self, actions: impl Into<Vec<Action>>, grantee: &mut impl Grantee) {
        grantee.grant(Statement::allow(actions).on([self.arn()]));
        grantee.variable(&variable_name(self.id()), self.table_name());
    }

    /// Single reads, batches, and queries, also of indexes; no scan.
    pub fn grant_read(&self, grantee: &mut impl Grantee) {
        self.grant(actions!["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"], grantee);
        self.grant_query_of_indexes(grantee);
    }

    /// What [`grant_read`](Self::grant_read) gives, and writes, alone and in transactions.
    pub fn grant_read_write(&self, grantee: &mut impl Grantee) {
        let actions = actions![
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:ConditionCheckItem",
        ];
        self.grant(actions, grantee);
        self.grant_query_of_indexes(grantee);
    }

    /// Reading the table's stream, for a function that an event source mapping feeds; no variable.
    pub fn grant_stream_read(&self, grantee: &mut impl Grantee) {
        let actions = actions!["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"];
        grantee.grant(Statement::allow(actions).on([self.stream_arn()]));
    }

    fn grant_query_of_indexes(&self, grantee: &mut impl Grantee) {
        grantee.grant(Statement::allow(actions!["dynamodb:Query"]).on([sub!("{}/index/*", self.arn())]));
    }
}
