package io.vertebra.link;

import io.vertebra.contract.Compatibility;
import io.vertebra.contract.Contract;
import io.vertebra.contract.Request;
import io.vertebra.directory.ServedContract;
import io.vertebra.dispatch.Engine;
import io.vertebra.dispatch.Exchange;
import io.vertebra.dispatch.Instance;
import io.vertebra.dispatch.Route;
import io.vertebra.dispatch.Target;
import io.vertebra.dispatch.Target.Fit;
import io.vertebra.error.CallException;
import io.vertebra.error.ContractException;
import io.vertebra.messaging.CallOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which forms of a contract fit each other. Equal fingerprints do; of others a node is asked for its
 * form once, and what came out is kept for each pair of fingerprints.
 */
public final class ContractForms {
  /** Asks a node for its form of a contract. Every node answers on its link lane. */
  static final Request<FormWanted, Form> FORM =
      Request.of("vertebra.contract-form", FormWanted.class, Form.class);

  static final long FORM_ID = ServedContract.requestId(FORM.id());

  private static final int MOST_VERDICTS = 10_000;

  private final Engine engine;
  /** Forms that are served here and were asked for, by fingerprint; confined to the link lane. */
  private final Map<String, Form> described = new HashMap<>();

  private final Map<Pair, Verdict> verdicts = new ConcurrentHashMap<>();
  /** Who waits for a node's answer; confined to the link lane. */
  private final Map<Question, List<Exchange<?, ?>>> asked = new HashMap<>();

  ContractForms(Engine engine) {
    this.engine = engine;
  }

  record FormWanted(String contract, String fingerprint) {}

  /** A contract as {@link Contract#toJson()} describes it. */
  record Form(String json) {}

  private record Pair(String caller, String server) {}

  private record Question(String node, String caller, String server) {}

  /** What keeps two forms apart, or null if nothing does. */
  private record Verdict(@Nullable String obstacle) {}

  Fit fit(Contract contract, ServedContract served) {
    // A publication is read by each subscriber as it can.
    if (served.isTopic() || served.fingerprint().equals(contract.fingerprint())) {
      return Fit.FITS;
    }
    Verdict verdict = verdicts.get(new Pair(contract.fingerprint(), served.fingerprint()));
    if (verdict == null) {
      return Fit.UNKNOWN;
    }
    return verdict.obstacle == null ? Fit.FITS : Fit.MISFIT;
  }

  String obstacle(Contract contract, ServedContract served) {
    Verdict verdict = verdicts.get(new Pair(contract.fingerprint(), served.fingerprint()));
    return verdict == null || verdict.obstacle == null ? "it differs" : verdict.obstacle;
  }

  /** Asks the node for its form, unless that is under way. Any thread. */
  void examine(Exchange<?, ?> exchange, Target node, ServedContract served) {
    Contract contract = exchange.contract();
    Question question = new Question(node.node(), contract.fingerprint(), served.fingerprint());
    engine.control().post(() -> {
      if (verdicts.containsKey(pairOf(question))) {
        exchange.routeAgain();
        return;
      }
      List<Exchange<?, ?>> waiting = asked.get(question);
      if (waiting != null) {
        waiting.add(exchange);
        return;
      }
      asked.put(question, new ArrayList<>(List.of(exchange)));
      FormWanted wanted = new FormWanted(served.name(), served.fingerprint());
      engine
          .ask(node, FORM, wanted, CallOptions.defaults())
          .onComplete((form, failure) ->
              engine.control().run(() -> answered(question, contract, node, form)));
    });
  }

  private void answered(Question question, Contract contract, Target node, @Nullable Form form) {
    List<Exchange<?, ?>> waiting = asked.remove(question);
    if (form != null) {
      if (verdicts.size() >= MOST_VERDICTS) {
        verdicts.clear();
      }
      verdicts.put(pairOf(question), new Verdict(compare(contract, form)));
    }
    if (waiting != null) {
      for (Exchange<?, ?> each : waiting) {
        if (form != null) {
          each.routeAgain();
        } else {
          each.refused(node);
        }
      }
    }
  }

  private static @Nullable String compare(Contract contract, Form form) {
    try {
      return Compatibility.obstacle(contract.toJson(), new JsonObject(form.json()));
    } catch (DecodeException | ClassCastException unreadable) {
      return "the node does not say how its form looks";
    }
  }

  private static Pair pairOf(Question question) {
    return new Pair(question.caller, question.server);
  }

  /** A contract's own description; making it takes far longer than sending it. */
  private Form described(Contract contract) {
    return described.computeIfAbsent(
        contract.fingerprint(), fresh -> new Form(contract.toJson().encode()));
  }

  /** Whether the frame asks for a form of this node. */
  public static boolean isWanted(RequestFrame frame) {
    return frame.contractId() == FORM_ID;
  }

  /** Says how a contract looks that is served here; on the link lane. */
  public static Buffer answer(Links links, RequestFrame frame, Engine engine) {
    AnswerWriter<Form> answer = new AnswerWriter<>(links, FORM, frame.callId());
    FormWanted wanted;
    try {
      wanted = frame.decode(FormWanted.class, FORM.name());
    } catch (ContractException unreadable) {
      return answer.failure(unreadable);
    }
    for (Route route : engine.routes()) {
      for (Instance<?, ?> each : route.localInstances()) {
        if (each.contract().id().equals(wanted.contract())
            && each.contract().fingerprint().equals(wanted.fingerprint())) {
          return answer.reply(links.forms().described(each.contract()));
        }
      }
    }
    return answer.failure(CallException.notServed(FORM.name()));
  }
}
