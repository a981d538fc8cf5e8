//! What answers each field of the template's API: a function directly, a script on a data source, or a pipeline.

mod serving;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use local_appsync::{Field, Resolver};
use local_appsync_js::{DataSource, DataSourceError, PipelineFunction, Problem, Script};
use local_dynamodb::DynamoDb;
use serde_json::{Map, Value};

use crate::functions::Function;
use crate::iam::Session;
use crate::stack::{Resource, Stack, StackError};
use serving::{Direct, Pipeline, Unit, direct_function};

/// What AppSync takes and this machine does not, with what to do instead.
const UNSERVED: [(&str, &str); 7] = [
    ("/CodeS3Location", "put the script itself into Code"),
    ("/RequestMappingTemplate", "templates in VTL do not run here, write a script of APPSYNC_JS in Code"),
    ("/ResponseMappingTemplate", "templates in VTL do not run here, write a script of APPSYNC_JS in Code"),
    ("/RequestMappingTemplateS3Location", "templates in VTL do not run here, write a script in Code"),
    ("/ResponseMappingTemplateS3Location", "templates in VTL do not run here, write a script in Code"),
    ("/CachingConfig", "there is no cache here, set it by a condition that does not hold on a laptop"),
    ("/SyncConfig", "there are no versioned data sources here, check versions in the script's conditions"),
];

/// AppSync's limits on the functions of one pipeline and on `MaxBatchSize`.
const MOST_FUNCTIONS: usize = 10;
const MOST_IN_A_BATCH: usize = 2000;

/// What AppSync calls its sessions of a data source's role.
const SESSION: &str = "APPSYNC_ASSUME_ROLE";

/// The resolvers of every field that has one. What cannot be served is refused with the resource's name.
pub(super) fn of_template(
    stack: &Stack,
    functions: &BTreeMap<String, Function>,
    dynamodb: &DynamoDb,
) -> Result<HashMap<Field, Arc<dyn Resolver>>, StackError> {
    let (_, api) = stack.only("AWS::AppSync::GraphQLApi")?;
    let environment = api.property("/EnvironmentVariables").and_then(Value::as_object);
    let template = Template {
        stack,
        functions,
        dynamodb,
        environment: Arc::new(environment.cloned().unwrap_or_default()),
    };
    let steps = template.pipeline_functions()?;
    let mut resolvers = HashMap::new();
    for (id, resource) in stack.of_kind("AWS::AppSync::Resolver") {
        let name = |property| resource.text(property).unwrap_or_default();
        let field = Field::new(name("/TypeName"), name("/FieldName"));
        let resolver = template.resolver(id, resource, &steps)?;
        if resolvers.insert(field.clone(), resolver).is_some() {
            return Err(StackError(format!(
                "resolver {id} is for {field}, which has one already: remove one"
            )));
        }
    }
    Ok(resolvers)
}

/// What resolvers are made of.
struct Template<'a> {
    stack: &'a Stack,
    functions: &'a BTreeMap<String, Function>,
    dynamodb: &'a DynamoDb,
    /// `ctx.env`
    environment: Arc<Map<String, Value>>,
}

/// Where a resolver's or function's request goes, and with what.
enum Handler {
    Scripted(Script, DataSource),
    Direct(Function),
}

impl Template<'_> {
    fn resolver(
        &self,
        id: &str,
        resource: &Resource,
        steps: &BTreeMap<String, PipelineFunction>,
    ) -> Result<Arc<dyn Resolver>, StackError> {
        let what = format!("resolver {id}");
        if resource.text("/Kind").as_deref() == Some("PIPELINE") {
            return Ok(Arc::new(self.pipeline(&what, resource, steps)?));
        }
        let max_batch_size = max_batch_size(&what, resource)?;
        Ok(match self.handler(&what, id, resource)? {
            Handler::Direct(function) => Arc::new(Direct { function, max_batch_size }),
            Handler::Scripted(script, source) => {
                let max_batch_size = source.batch_size(max_batch_size);
                Arc::new(Unit { script, source, max_batch_size, environment: Arc::clone(&self.environment) })
            }
        })
    }

    fn pipeline(
        &self,
        what: &str,
        resource: &Resource,
        steps: &BTreeMap<String, PipelineFunction>,
    ) -> Result<Pipeline, StackError> {
        let script = script(what, what, resource)?.ok_or_else(|| {
            let message = "a pipeline has a request and a response handler of its own, put them into Code";
            StackError(format!("{what}: {message}"))
        })?;
        let ids = resource.texts("/PipelineConfig/Functions");
        if !(1..=MOST_FUNCTIONS).contains(&ids.len()) {
            return Err(StackError(format!(
                "{what} has {} functions: PipelineConfig.Functions takes 1 to {MOST_FUNCTIONS}",
                ids.len()
            )));
        }
        let step = |id: &String| {
            steps.get(id).cloned().ok_or_else(|| {
                StackError(format!(
                    "{what} is on the function {id:?}, which is not there: name the FunctionId of an \
                     AWS::AppSync::FunctionConfiguration"
                ))
            })
        };
        let functions = ids.iter().map(step).collect::<Result<Vec<_>, _>>()?;
        let takes_batches = functions.iter().any(|function| match function {
            PipelineFunction::Scripted { source, max_batch_size, .. } => {
                source.batch_size(*max_batch_size) > 1
            }
            PipelineFunction::Direct { max_batch_size, .. } => *max_batch_size > 1,
        });
        // Each function takes from these what it may.
        let max_batch_size = if takes_batches { MOST_IN_A_BATCH } else { 0 };
        Ok(Pipeline { script, functions, max_batch_size, environment: Arc::clone(&self.environment) })
    }

    /// By their ids.
    fn pipeline_functions(&self) -> Result<BTreeMap<String, PipelineFunction>, StackError> {
        let functions = self.stack.of_kind("AWS::AppSync::FunctionConfiguration").map(|(id, resource)| {
            let what = format!("function {id}");
            let max_batch_size = max_batch_size(&what, resource)?;
            let function = match self.handler(&what, id, resource)? {
                Handler::Scripted(script, source) => {
                    PipelineFunction::Scripted { script, source, max_batch_size }
                }
                Handler::Direct(function) => PipelineFunction::Direct {
                    function: direct_function(function, max_batch_size),
                    max_batch_size,
                },
            };
            // The id is the last part of the ARN.
            let function_id = resource.physical_id.rsplit('/').next().unwrap_or_default();
            Ok((function_id.to_owned(), function))
        });
        functions.collect()
    }

    fn handler(&self, what: &str, id: &str, resource: &Resource) -> Result<Handler, StackError> {
        let script = script(what, id, resource)?;
        let (source_id, source) = self.data_source(what, resource)?;
        let kind = source.text("/Type").unwrap_or_default();
        let data_source = match (kind.as_str(), script.is_some()) {
            ("AWS_LAMBDA", false) => return Ok(Handler::Direct(self.function(source_id, source)?)),
            ("AWS_LAMBDA", true) => lambda(self.function(source_id, source)?),
            ("AMAZON_DYNAMODB", _) => self.table(source_id, source)?,
            ("NONE", _) => DataSource::None,
            _ => {
                return Err(StackError(format!(
                    "data source {source_id} of {what} has the type {kind}, which is not here: NONE, AWS_LAMBDA \
                     and AMAZON_DYNAMODB are, so let a function call it"
                )));
            }
        };
        let script = script.ok_or_else(|| {
            StackError(format!("{what} has no Code: only a function answers a field without a script"))
        })?;
        Ok(Handler::Scripted(script, data_source))
    }

    fn data_source(&self, what: &str, resource: &Resource) -> Result<(&String, &Resource), StackError> {
        let name = resource.text("/DataSourceName").ok_or_else(|| {
            StackError(format!(
                "{what} has no DataSourceName: name a data source, or make it a resolver of the Kind PIPELINE"
            ))
        })?;
        let mut sources = self.stack.of_kind("AWS::AppSync::DataSource");
        sources.find(|(_, source)| source.text("/Name").as_ref() == Some(&name)).ok_or_else(|| {
            StackError(format!("{what} is on the data source {name:?}, which is not there: correct its name"))
        })
    }

    fn function(&self, source_id: &str, source: &Resource) -> Result<Function, StackError> {
        let arn = source.text("/LambdaConfig/LambdaFunctionArn").unwrap_or_default();
        self.functions.get(&arn).cloned().ok_or_else(|| {
            StackError(format!("data source {source_id} is on the function {arn:?}, which is not there"))
        })
    }

    fn table(&self, source_id: &str, source: &Resource) -> Result<DataSource, StackError> {
        if source.text("/DynamoDBConfig/Versioned").as_deref() == Some("true") {
            return Err(StackError(format!(
                "data source {source_id} is versioned, which is not here: take Versioned away, and check versions \
                 in the scripts' conditions"
            )));
        }
        let table = source.text("/DynamoDBConfig/TableName").unwrap_or_default();
        if !self.stack.of_kind("AWS::DynamoDB::Table").any(|(_, known)| known.physical_id == table) {
            return Err(StackError(format!(
                "data source {source_id} is on the table {table:?}, which is not there: refer to one of the template"
            )));
        }
        let role = source.text("/ServiceRoleArn").unwrap_or_default();
        let session = Session::assume(self.stack, &role, SESSION).map_err(|error| {
            StackError(format!("data source {source_id} has no role in ServiceRoleArn: {}", error.0))
        })?;
        Ok(DataSource::DynamoDb { client: self.dynamodb.client_for(session.on_dynamodb()), table })
    }
}

/// The script of a resolver or function, if it has any; `name` is for its error messages.
fn script(what: &str, name: &str, resource: &Resource) -> Result<Option<Script>, StackError> {
    for (property, instead) in UNSERVED {
        if resource.property(property).is_some() {
            return Err(StackError(format!("{what} has a {}: {instead}", &property[1..])));
        }
    }
    let Some(code) = resource.text("/Code") else {
        return Ok(None);
    };
    let runtime = resource.text("/Runtime/Name").unwrap_or_default();
    if runtime != "APPSYNC_JS" {
        return Err(StackError(format!(
            "{what} has the runtime {runtime:?}: set Runtime to the name APPSYNC_JS and the version 1.0.0"
        )));
    }
    let compiled = Script::compile(name, &code).map_err(|error| refused(what, &error.problems))?;
    Ok(Some(compiled))
}

/// The template has a script's text and not its file's name, so its lines are counted from the text's first one.
fn refused(what: &str, problems: &[Problem]) -> StackError {
    let problem = |Problem { line, message }: &Problem| match line {
        0 => format!("{what}: {message}"),
        line => format!("{what}, line {line}: {message}"),
    };
    StackError(problems.iter().map(problem).collect::<Vec<_>>().join("\n"))
}

fn max_batch_size(what: &str, resource: &Resource) -> Result<usize, StackError> {
    let size = resource.number("/MaxBatchSize").and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
    if size > MOST_IN_A_BATCH {
        return Err(StackError(format!("{what} has the MaxBatchSize {size}: the most is {MOST_IN_A_BATCH}")));
    }
    Ok(size)
}

/// A function that scripts call. What it fails with is known to them by its message alone, as at AWS.
fn lambda(function: Function) -> DataSource {
    DataSource::Lambda(Arc::new(move |payload| {
        let function = function.clone();
        Box::pin(async move {
            function.invoke(payload).await.map_err(|error| DataSourceError::Failed {
                message: error.error_message,
                error_type: "Lambda:Unhandled".to_owned(),
                result: Value::Null,
            })
        })
    }))
}
