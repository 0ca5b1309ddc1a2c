package io.vertebra.contract;

import io.vertebra.contract.Compatibility.Difference;
import io.vertebra.contract.Compatibility.Verdict;
import io.vertebra.error.ContractException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The contracts of a service as a file to commit, so that a test tells when a change would break
 * nodes that run an older release.
 *
 * <pre>{@code
 * ContractsFile committed = ContractsFile.parse(Files.readString(Path.of("contracts.json")));
 * ContractsFile.of(Stock.RESERVE, Stock.RELEASE).checkAgainst(committed);
 * }</pre>
 *
 * <p>To accept a change, write {@link #render()} to the file.
 */
public final class ContractsFile {
  private final Map<String, JsonObject> contracts;

  private ContractsFile(Map<String, JsonObject> contracts) {
    this.contracts = contracts;
  }

  /** The file of these contracts. */
  public static ContractsFile of(Contract... contracts) {
    Map<String, JsonObject> all = new TreeMap<>();
    for (Contract contract : contracts) {
      if (all.put(contract.toString(), contract.toJson()) != null) {
        throw ContractException.invalid(
            contract.name(), "there are two of version " + contract.version());
      }
    }
    return new ContractsFile(all);
  }

  /**
   * The file with this text.
   *
   * @throws ContractException {@code CONTRACT_MISMATCH} if it is no such file
   */
  public static ContractsFile parse(String text) {
    try {
      JsonObject json = new JsonObject(text);
      Map<String, JsonObject> all = new TreeMap<>();
      json.fieldNames().forEach(name -> all.put(name, SchemaDiff.object(json, name)));
      return new ContractsFile(all);
    } catch (DecodeException e) {
      throw ContractException.incompatible("the committed file", "it is not JSON");
    }
  }

  /** The text of the file, the same for the same contracts in any order. */
  public String render() {
    JsonObject json = new JsonObject();
    contracts.forEach(json::put);
    return json.encodePrettily() + "\n";
  }

  /**
   * Checks that nodes with these contracts and nodes with the committed ones understand each other in
   * both directions, as they have to while one release replaces the other.
   *
   * @throws ContractException {@code CONTRACT_MISMATCH} with one line per problem if they do not,
   *     or if the committed file is not up to date
   */
  public void checkAgainst(ContractsFile committed) {
    checkAgainst(committed, Verdict.FULL);
  }

  /** Checks as {@link #checkAgainst(ContractsFile)} does, but only in the directions of {@code wanted}. */
  public void checkAgainst(ContractsFile committed, Verdict wanted) {
    List<String> problems = new ArrayList<>();
    committed.contracts.forEach((name, before) -> {
      JsonObject after = contracts.get(name);
      if (after == null) {
        problems.add(name + ": was removed");
      } else {
        addBreaks(name, Compatibility.between(before, after), wanted, problems);
      }
    });
    if (problems.isEmpty() && !render().equals(committed.render())) {
      problems.add(
          "the changes are compatible, but the file is out of date; write ContractsFile.render() to it");
    }
    if (!problems.isEmpty()) {
      throw ContractException.incompatible(
          "the committed file", "\n  " + String.join("\n  ", problems));
    }
  }

  private static void addBreaks(
      String name, Compatibility found, Verdict wanted, List<String> problems) {
    boolean backward = wanted == Verdict.FULL || wanted == Verdict.BACKWARD;
    boolean forward = wanted == Verdict.FULL || wanted == Verdict.FORWARD;
    for (Difference difference : found.differences()) {
      if ((difference.breaksBackward() && backward) || (difference.breaksForward() && forward)) {
        problems.add(name + ": " + difference.path() + ": " + difference.text());
      }
    }
  }
}
