//! What the functions were built to: the digests of their zips, by which a change of code is noticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cfn::Template;
use sha2::{Digest as _, Sha256};

/// The digest of each function's zip, by package. A function that is not among them counts as not built.
#[derive(Clone, Debug, Default)]
pub struct Build {
    zips: BTreeMap<String, String>,
}

impl Build {
    /// Where `cargo lambda build --output-format zip` leaves a package's zip, from the workspace's folder.
    pub(crate) fn zip(package: &str) -> String {
        format!("target/lambda/{package}/bootstrap.zip")
    }

    /// Nothing is built: what the template is without regard to code.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads `target/lambda` in this folder, which is the workspace's.
    ///
    /// # Errors
    /// A zip is there and cannot be read.
    pub fn read(workspace: &Path) -> std::io::Result<Self> {
        let mut zips = BTreeMap::new();
        for folder in fs::read_dir(workspace.join("target/lambda")).into_iter().flatten() {
            let package = folder?.file_name().to_string_lossy().into_owned();
            let zip = workspace.join(Self::zip(&package));
            if zip.is_file() {
                zips.insert(package, digest(&fs::read(zip)?));
            }
        }
        Ok(Self { zips })
    }

    /// The packages of the template's functions that are not among those that were built.
    #[must_use]
    pub fn missing(&self, template: &Template) -> Vec<String> {
        let template = template.to_json();
        let resources = template["Resources"].as_object().into_iter().flatten();
        let functions = resources.filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Function");
        let mut missing: Vec<String> = functions
            .filter_map(|(_, function)| function["Properties"]["Code"].as_str())
            .filter_map(|zip| Path::new(zip).parent()?.file_name()?.to_str())
            .filter(|package| !self.zips.contains_key(*package))
            .map(str::to_owned)
            .collect();
        // Several functions may run one package.
        missing.sort();
        missing.dedup();
        missing
    }

    /// The zip's digest; `not built` if there is none.
    pub(crate) fn of(&self, package: &str) -> &str {
        self.zips.get(package).map_or("not built", String::as_str)
    }
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
