package io.vertebra.dispatch;

import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.ContractException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds somebody for a message whose first choice has another form of the contract. The long way,
 * for which every node is looked at; messages whose contract fits never come here.
 */
final class Detour {
  private final Engine engine;

  Detour(Engine engine) {
    this.engine = engine;
  }

  /** Sends the exchange's message to a node whose form fits, asks about one that is unknown, or ends it. */
  <Q, R> void find(Exchange<Q, R> exchange) {
    Request<Q, R> contract = exchange.contract();
    List<Target> fitting = new ArrayList<>();
    Target unknown = null;
    Target misfit = null;
    for (Target target : exchange.route().targets()) {
      if (isAvoided(exchange, target)) {
        continue;
      }
      switch (target.fit(contract)) {
        case FITS -> fitting.add(target);
        case UNKNOWN -> unknown = target;
        case MISFIT -> misfit = target;
      }
    }
    if (unknown != null) {
      unknown.examine(exchange);
      return;
    }
    Instance<?, ?> here = exchange.route().pickInstance(exchange.envelope().key());
    Instance<Q, R> own = here == null ? null : here.as(contract);
    Target chosen = choose(exchange, own != null, fitting);
    if (chosen != null) {
      exchange.sendTo(chosen);
    } else if (own != null) {
      engine.dispatchTo(exchange, own);
    } else if (misfit != null) {
      exchange.rejected(ContractException.mismatch(contract.name(), misfit.obstacle(contract)));
    } else if (here != null) {
      engine.dispatchTo(exchange, here);
    } else {
      exchange.rejected(CallException.notServed(contract.id()));
    }
  }

  private static boolean isAvoided(Exchange<?, ?> exchange, Target target) {
    Target avoided = exchange.avoided();
    return avoided != null && avoided.node().equals(target.node());
  }

  private @Nullable Target choose(
      Exchange<?, ?> exchange, boolean servedHere, List<Target> fitting) {
    String key = exchange.envelope().key();
    if (key != null) {
      String here = servedHere && !engine.isLeaving() ? engine.nodeId() : null;
      return KeyOwners.ownerOf(key, here, fitting.toArray(Target[]::new), null);
    }
    Target best = null;
    for (Target target : fitting) {
      best = best == null || target.load() < best.load() ? target : best;
    }
    return best;
  }
}
