package judges;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** PDF/A-2b (ISO 19005-2) as veraPDF's own parser sees it. */
final class Archivability {
  private static final PDFAFlavour FLAVOUR = PDFAFlavour.PDFA_2_B;

  Archivability() {
    VeraGreenfieldFoundryProvider.initialise();
  }

  Map<String, Object> judge(Path file) throws Exception {
    Map<String, Object> verdict = new LinkedHashMap<>();
    try (PDFAParser parser = Foundries.defaultInstance().createParser(file.toFile(), FLAVOUR);
        PDFAValidator validator = Foundries.defaultInstance().createValidator(FLAVOUR, false)) {
      ValidationResult result = validator.validate(parser);
      verdict.put("compliant", result.isCompliant());
      verdict.put("checks", result.getTotalAssertions());
      verdict.put("failures", failures(result));
    }
    return verdict;
  }

  private static List<String> failures(ValidationResult result) {
    TreeSet<String> failures = new TreeSet<>();
    for (TestAssertion assertion : result.getTestAssertions()) {
      if (assertion.getStatus() == TestAssertion.Status.FAILED) {
        failures.add(
            "%s-%d %s"
                .formatted(
                    assertion.getRuleId().getClause(),
                    assertion.getRuleId().getTestNumber(),
                    assertion.getErrorMessage() == null
                        ? assertion.getMessage()
                        : assertion.getErrorMessage()));
      }
    }
    return List.copyOf(failures);
  }
}
