package io.vertebra.contract;

import static io.vertebra.contract.SchemaDiff.object;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What changed between two forms of a contract, and who can still talk to whom.
 *
 * <p>Fields that a reader does not know are ignored. It breaks a conversation if a reader requires a
 * field that the writer may leave out, if a type changes other than to a wider number, and if the
 * writer has a constant, a member of a sealed interface or a failure that the reader lacks; also if
 * the caller counts on a server that is read-only or idempotent and it is not.
 */
public final class Compatibility {
  private final List<Difference> differences;

  private Compatibility(List<Difference> differences) {
    this.differences = List.copyOf(differences);
  }

  /** Compares two forms of a contract. */
  public static Compatibility between(Contract before, Contract after) {
    return between(before.toJson(), after.toJson());
  }

  /** Compares two forms of a contract, each as {@link Contract#toJson()} made it, here or on another node. */
  public static Compatibility between(JsonObject before, JsonObject after) {
    List<Difference> found = new ArrayList<>();
    same("name", before, after, found);
    same("kind", before, after, found);
    if (!Objects.equals(before.getValue("version"), after.getValue("version"))) {
      found.add(new Difference("version", change(before, after, "version"), false, false));
    }
    trait("readOnly", true, before, after, found);
    trait("idempotent", true, before, after, found);
    trait("keyed", false, before, after, found);
    // Old callers write messages that new servers read, and read replies that new servers write.
    SchemaDiff messages = new SchemaDiff(
        before,
        after,
        (path, text, newReadsOld, oldReadsNew) ->
            found.add(new Difference(path, text, !newReadsOld, !oldReadsNew)));
    SchemaDiff replies = new SchemaDiff(
        before,
        after,
        (path, text, newReadsOld, oldReadsNew) ->
            found.add(new Difference(path, text, !oldReadsNew, !newReadsOld)));
    JsonObject message = object(after, "message");
    messages.compare(object(before, "message"), message, SchemaDiff.rootOf(message));
    JsonObject reply = object(after, "reply");
    replies.compare(object(before, "reply"), reply, SchemaDiff.rootOf(reply));
    replies.compareMembers(failures(before), failures(after), "failure");
    return new Compatibility(found);
  }

  /**
   * Why a caller or publisher with the first form cannot talk to a server or subscriber with the
   * second: the field at fault and what is wrong with it. Null if it can.
   */
  public static @Nullable String obstacle(JsonObject caller, JsonObject server) {
    for (Difference difference : between(caller, server).differences) {
      if (difference.breaksBackward) {
        return difference.path + ": " + difference.text;
      }
    }
    return null;
  }

  /** Who can talk to whom. */
  public Verdict verdict() {
    boolean backward = differences.stream().noneMatch(Difference::breaksBackward);
    boolean forward = differences.stream().noneMatch(Difference::breaksForward);
    if (backward) {
      return forward ? Verdict.FULL : Verdict.BACKWARD;
    }
    return forward ? Verdict.FORWARD : Verdict.NONE;
  }

  /** All differences, the harmless ones too. */
  public List<Difference> differences() {
    return differences;
  }

  private static void same(
      String key, JsonObject before, JsonObject after, List<Difference> found) {
    if (!Objects.equals(before.getValue(key), after.getValue(key))) {
      found.add(new Difference(key, change(before, after, key), true, true));
    }
  }

  private static void trait(
      String key,
      boolean callersCountOnIt,
      JsonObject before,
      JsonObject after,
      List<Difference> found) {
    boolean was = Boolean.TRUE.equals(before.getValue(key));
    boolean is = Boolean.TRUE.equals(after.getValue(key));
    if (was != is) {
      found.add(new Difference(
          key, change(before, after, key), callersCountOnIt && was, callersCountOnIt && is));
    }
  }

  private static String change(JsonObject before, JsonObject after, String key) {
    return before.getValue(key) + " became " + after.getValue(key);
  }

  private static Map<String, JsonObject> failures(JsonObject contract) {
    JsonObject failures = object(contract, "failures");
    Map<String, JsonObject> all = new TreeMap<>();
    failures.fieldNames().forEach(name -> all.put(name, object(failures, name)));
    return all;
  }

  /** Who can talk to whom. */
  public enum Verdict {
    /** Old and new understand each other. */
    FULL,
    /** Old callers and publishers can talk to new servers and subscribers. */
    BACKWARD,
    /** New callers and publishers can talk to old servers and subscribers. */
    FORWARD,
    /** Neither works. */
    NONE
  }

  /**
   * One difference.
   *
   * @param path the field, for instance {@code Reserve.lines[].price}, or a trait such as {@code readOnly}
   * @param text what changed
   * @param breaksBackward whether old callers and publishers fail at new servers and subscribers
   * @param breaksForward whether new callers and publishers fail at old servers and subscribers
   */
  public record Difference(
      String path, String text, boolean breaksBackward, boolean breaksForward) {}
}
