package io.vertebra.test.fault;

import io.vertebra.contract.Request;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What is to become of requests of a contract. A caller of a request that gets no answer waits until
 * its deadline, as it does when a network loses messages.
 *
 * @param <Q> the message
 */
public final class ContractFaults<Q> extends Aimed<ContractFaults<Q>> {
  private final Request<Q, ?> contract;
  private final Predicate<? super Q> filter;

  ContractFaults(Faults faults, Aim aim, Request<Q, ?> contract, Predicate<? super Q> filter) {
    super(faults, aim);
    this.contract = contract;
    this.filter = filter;
  }

  @Override
  ContractFaults<Q> with(Aim changed) {
    return new ContractFaults<>(faults, changed, contract, filter);
  }

  /** Strikes only requests like this; others do not count as having come by. */
  public ContractFaults<Q> where(Predicate<? super Q> message) {
    return new ContractFaults<>(faults, aim, contract, Objects.requireNonNull(message));
  }

  /** W2: the request does not arrive. Its handler does not run, and nobody answers. */
  public Fault drop() {
    return order("dropped", new ContractRule.Drop(), () -> {});
  }

  /** W5, W6: the request is handled, and its answer, good or bad, does not arrive. */
  public Fault dropReply() {
    return order("reply dropped", new ContractRule.DropReply(), () -> {});
  }

  /** The request arrives twice at once, with one message id. The first answer counts. */
  public Fault duplicate() {
    return order("duplicated", new ContractRule.Duplicate(), () -> {});
  }

  /** The request arrives later. */
  public Fault delay(Duration delay) {
    return order("delayed by " + delay, new ContractRule.Delay(delay, false), () -> {});
  }

  /** The request is handled in time, and its answer arrives later. */
  public Fault delayReply(Duration delay) {
    return order("reply delayed by " + delay, new ContractRule.Delay(delay, true), () -> {});
  }

  /** The request is overtaken: it arrives after the next one of the contract, or when the fault ends. */
  public Fault reorder() {
    ContractRule.Overtaken overtaken = new ContractRule.Overtaken();
    return order("overtaken", overtaken, overtaken::letGo);
  }

  /** The handler does not run; the request fails with this, as if the handler had failed. */
  public Fault fail(Throwable failure) {
    return order("failed", new ContractRule.Fail(Objects.requireNonNull(failure)), () -> {});
  }

  private Fault order(String what, ContractRule.Effect effect, Runnable onEnd) {
    Fault fault = faults.order(contract.id() + " " + what, aim, onEnd);
    faults.add(new ContractRule(
        contract.id(),
        message -> filter.test(contract.requestType().cast(message)),
        fault,
        effect));
    return fault;
  }
}
