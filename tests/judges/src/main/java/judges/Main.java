package judges;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Judges PDF files with EU DSS and veraPDF; one JSON line per file on standard output.
 *
 * <p>{@code java judges.Main ROOT.pem [CURRENT.crl …] -- FILE.pdf …}
 *
 * <p>No network: DSS sees the file, the root and the lists that are named, nothing else.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    System.setProperty("java.awt.headless", "true");
    LogManager.getLogManager().reset();
    Logger.getLogger("").setLevel(Level.OFF);
    // Libraries may print; only our lines reach the reader.
    PrintStream lines = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);

    List<Path> evidence = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    List<Path> current = evidence;
    for (String argument : arguments) {
      if (argument.equals("--")) {
        current = files;
      } else {
        current.add(Path.of(argument));
      }
    }
    Signatures signatures = new Signatures(evidence.get(0), evidence.subList(1, evidence.size()));
    Archivability archivability = new Archivability();
    ObjectMapper json = new ObjectMapper();
    ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    List<Future<Map<String, Object>>> verdicts = new ArrayList<>();
    for (Path file : files) {
      verdicts.add(
          pool.submit(
              () -> {
                Map<String, Object> verdict = new LinkedHashMap<>();
                verdict.put("file", file.toString());
                verdict.put("dss", guarded(() -> signatures.judge(file)));
                verdict.put("verapdf", guarded(() -> archivability.judge(file)));
                return verdict;
              }));
    }
    for (Future<Map<String, Object>> verdict : verdicts) {
      lines.println(json.writeValueAsString(verdict.get()));
    }
    pool.shutdown();
  }

  private interface Judgement {
    Map<String, Object> judge() throws Exception;
  }

  /** A judge that breaks on a file says so on that file's line; the next file follows. */
  private static Map<String, Object> guarded(Judgement judgement) {
    long start = System.nanoTime();
    Map<String, Object> result;
    try {
      result = judgement.judge();
    } catch (Exception | LinkageError error) {
      result = new LinkedHashMap<>();
      result.put("failure", error.toString());
    }
    result.put("milliseconds", (System.nanoTime() - start) / 1_000_000);
    return result;
  }
}
