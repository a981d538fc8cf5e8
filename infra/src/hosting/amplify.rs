//! The site on Amplify Hosting, built and deployed on every push to a branch.

use cfn::amplify::{App, Branch, CustomRule, Domain, EnvironmentVariable, Platform, Stage, SubDomainSetting};
use cfn::{Handle, Template, Value, if_, prelude::*, pseudo, sub};

use super::{Choices, Hosting, config, headers};
use crate::parameters::Parameters;

/// Node 22 as the front end wants it; `config.json` comes from the stack.
const BUILD: &str = "\
version: 1
frontend:
  phases:
    preBuild:
      commands:
        - nvm install 22
        - npm --prefix web ci
    build:
      commands:
        - npm --prefix web run build
        - printf '%s' \"$PARLOR_CONFIG\" > web/dist/config.json
  artifacts:
    baseDirectory: web/dist
    files:
      - '**/*'
";

/// Whatever is no file is the page.
const PAGES: &str =
    r"</^[^.]+$|\.(?!(css|gif|ico|jpg|js|json|map|png|svg|ttf|txt|webp|woff|woff2)$)([^.]+$)/>";

pub(super) fn app(t: &mut Template, choices: &Choices) -> Handle<App> {
    t.add(
        "SiteApp",
        App::new()
            .name(pseudo::stack_name())
            .platform(Platform::Web)
            .repository(&choices.repository_url)
            .access_token(&choices.repository_token)
            .build_spec(BUILD)
            .custom_headers(headers::for_amplify(choices))
            .custom_rules([CustomRule::new().source(PAGES).target("/index.html").status("200")])
            .condition(&choices.is_on_amplify),
    )
}

/// `https://main.d1234.amplifyapp.com`.
pub(super) fn origin(choices: &Choices, app: &Handle<App>) -> Value<String> {
    sub!("https://{}.{}", &choices.repository_branch, app.default_domain())
}

/// The branch, with the front end's configuration, and its domain.
pub(crate) fn build_on_push(t: &mut Template, parameters: &Parameters, hosting: &Hosting) {
    let config = config::text(t);
    let choices = &hosting.choices;
    let branch = t.add(
        "SiteBranch",
        Branch::new()
            .app_id(&hosting.app)
            .branch_name(&choices.repository_branch)
            .enable_auto_build(true)
            .stage(if_(&parameters.is_production, Stage::Production, Stage::Development))
            .environment_variables([EnvironmentVariable::new().name("PARLOR_CONFIG").value(config)])
            .accept_cfn_lint("W1028", "The values are the outputs' own, which know of other hosting, too.")
            .condition(&choices.is_on_amplify),
    );
    t.add(
        "SiteAppDomain",
        Domain::new()
            .app_id(&hosting.app)
            .domain_name(&choices.domain_name)
            .sub_domain_settings([SubDomainSetting::new().branch_name(&branch).prefix("")])
            .condition(&choices.has_amplify_domain),
    );
}
