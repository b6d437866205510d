package judges;

import eu.europa.esig.dss.diagnostic.PDFRevisionWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.diagnostic.jaxb.XmlObjectModification;
import eu.europa.esig.dss.enumerations.SubIndication;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Signatures and timestamps (ETSI EN 319 102-1) as EU DSS with its default policy sees them. */
final class Signatures {
  private final CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
  private final List<Path> lists;

  Signatures(Path root, List<Path> lists) {
    trusted.addCertificate(DSSUtils.loadCertificate(root.toFile()));
    this.lists = lists;
  }

  Map<String, Object> judge(Path file) throws Exception {
    PDFDocumentValidator validator = new PDFDocumentValidator(new FileDocument(file.toFile()));
    validator.setCertificateVerifier(verifier());
    Reports reports = validator.validateDocument();
    SimpleReport simple = reports.getSimpleReport();

    List<Map<String, Object>> signatures = new ArrayList<>();
    for (SignatureWrapper signature : reports.getDiagnosticData().getSignatures()) {
      Map<String, Object> one = said(simple, signature.getId());
      one.put("level", String.valueOf(simple.getSignatureFormat(signature.getId())));
      one.put("structure", structure(signature.getPDFRevision()));
      signatures.add(one);
    }
    List<Map<String, Object>> timestamps = new ArrayList<>();
    for (TimestampWrapper timestamp : reports.getDiagnosticData().getTimestampList()) {
      Map<String, Object> one = said(simple, timestamp.getId());
      one.put("type", String.valueOf(timestamp.getType()));
      one.put(
          "structure",
          timestamp.getPDFRevision() == null
              ? List.of()
              : structure(timestamp.getPDFRevision()));
      timestamps.add(one);
    }
    Map<String, Object> verdict = new LinkedHashMap<>();
    verdict.put("signatures", signatures);
    verdict.put("timestamps", timestamps);
    return verdict;
  }

  /** Offline: no source fetches; what is not in the file or in the named lists is missing. */
  private CommonCertificateVerifier verifier() throws Exception {
    CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(trusted);
    verifier.setAIASource(null);
    if (!lists.isEmpty()) {
      InputStream[] streams = new InputStream[lists.size()];
      for (int index = 0; index < streams.length; index++) {
        streams[index] = Files.newInputStream(lists.get(index));
      }
      verifier.setCrlSource(new ExternalResourcesCRLSource(streams));
    }
    return verifier;
  }

  private static Map<String, Object> said(SimpleReport simple, String id) {
    SubIndication why = simple.getSubIndication(id);
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("indication", String.valueOf(simple.getIndication(id)));
    one.put("sub_indication", why == null ? "" : why.toString());
    one.put("errors", texts(simple.getAdESValidationErrors(id)));
    one.put("warnings", texts(simple.getAdESValidationWarnings(id)));
    one.put("infos", texts(simple.getAdESValidationInfo(id)));
    return one;
  }

  private static List<String> texts(List<Message> messages) {
    return messages.stream().map(m -> m.getKey() + ": " + m.getValue()).toList();
  }

  /** What DSS noticed about the PDF itself, whether or not its policy weighs it. */
  private static List<String> structure(PDFRevisionWrapper revision) {
    List<String> found = new ArrayList<>();
    add(found, "annotations overlap on pages", revision.getPdfAnnotationsOverlapConcernedPages());
    add(found, "pages look different", revision.getPdfVisualDifferenceConcernedPages());
    add(found, "number of pages differs", revision.getPdfPageDifferenceConcernedPages());
    add(found, "undefined changes", objects(revision.getPdfUndefinedChanges()));
    add(found, "annotation changes", objects(revision.getPdfAnnotationChanges()));
    if (!revision.isPdfSignatureDictionaryConsistent()) {
      found.add("signature dictionary differs between revisions");
    }
    if (!revision.isSignatureByteRangeValid()) {
      found.add("byte range is not valid");
    }
    return found;
  }

  private static List<String> objects(List<XmlObjectModification> changes) {
    return changes.stream().map(c -> c.getAction() + " " + c.getValue()).toList();
  }

  private static void add(List<String> found, String what, List<?> where) {
    if (!where.isEmpty()) {
      found.add(what + ": " + where);
    }
  }
}
