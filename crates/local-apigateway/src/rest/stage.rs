//! A stage with the state that it has.

use indexmap::IndexMap;

use super::definition::Stage;
use crate::throttle::Bucket;

pub(super) struct PreparedStage {
    stage: Stage,
    pub(super) bucket: Bucket,
}

impl PreparedStage {
    pub(super) fn new(stage: &Stage) -> PreparedStage {
        PreparedStage { bucket: Bucket::new(stage.throttle), stage: stage.clone() }
    }

    pub(super) fn name(&self) -> &str {
        &self.stage.name
    }

    pub(super) fn variables(&self) -> &IndexMap<String, String> {
        &self.stage.variables
    }
}
