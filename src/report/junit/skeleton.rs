//! What the crate `junit-report` can express: suites, cases, and the one element of a case that did not pass.

use junit_report::{Duration, ReportBuilder, TestCase, TestCaseBuilder, TestSuiteBuilder};

use super::model::{self, Document, TestResult};

/// The document as `junit-report` writes it, without bodies: those it would write as CDATA, which `]]>` breaks.
pub(super) fn skeleton(document: &Document) -> Result<Vec<u8>, junit_report::Error> {
    let mut report = ReportBuilder::new();
    for suite in &document.suites {
        let mut builder = TestSuiteBuilder::new(&suite.name);
        builder.testsuite.hostname.clone_from(&suite.hostname);
        builder.add_testcases(suite.cases.iter().map(case));
        report.add_testsuite(builder.build());
    }
    let mut bytes = Vec::new();
    report.build().write_xml(&mut bytes)?;
    Ok(bytes)
}

fn case(case: &model::TestCase) -> TestCase {
    let time = Duration::milliseconds(i64::try_from(case.time_ms).unwrap_or(i64::MAX));
    let mut builder = match &case.result {
        TestResult::Pass => TestCaseBuilder::success(&case.name, time),
        TestResult::Failure(problem) => {
            TestCaseBuilder::failure(&case.name, time, problem.kind, &problem.message)
        }
        TestResult::Error(problem) => {
            TestCaseBuilder::error(&case.name, time, problem.kind, &problem.message)
        }
        TestResult::Skipped(problem) => {
            TestCaseBuilder::skipped_with_cause(&case.name, problem.kind, &problem.message)
        }
    };
    builder.set_classname(&case.classname).build()
}
