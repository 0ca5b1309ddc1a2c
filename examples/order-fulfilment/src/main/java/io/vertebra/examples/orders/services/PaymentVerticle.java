package io.vertebra.examples.orders.services;

import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.examples.orders.contracts.Payment;
import io.vertebra.examples.orders.contracts.Payment.Account;
import io.vertebra.examples.orders.contracts.Payment.Charge;
import io.vertebra.examples.orders.contracts.Stock;
import io.vertebra.messaging.Call;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Keeps the customers' accounts: what each was charged, and how far that may go. */
final class PaymentVerticle extends ServiceVerticle {
  private final Map<String, Account> accounts = new TreeMap<>();
  private final Map<String, Charge> charges = new HashMap<>();
  private final Set<String> withdrawn = new HashSet<>();
  private final Effects effects;

  PaymentVerticle(Map<String, BigDecimal> creditLimits, Effects effects) {
    creditLimits.forEach(
        (customer, limit) -> accounts.put(customer, new Account(customer, limit, BigDecimal.ZERO)));
    this.effects = effects;
  }

  @Override
  protected void services(Services on) {
    on.request(Payment.CHARGE, this::charge);
    on.request(Payment.REFUND, this::refund);
    on.request(
        Payment.ACCOUNTS,
        query -> Future.succeededFuture(new Payment.Accounts(List.copyOf(accounts.values()))));
  }

  private Future<Payment.Charged> charge(Charge command, Call call) {
    if (withdrawn.contains(command.orderId())) {
      return call.fail(new Stock.Withdrawn(command.orderId()));
    }
    Account account = account(command.customer());
    BigDecimal charged = account.charged().add(command.amount());
    if (charged.compareTo(account.creditLimit()) > 0) {
      return call.fail(new Payment.PaymentDeclined(
          account.customer(), command.amount(), account.charged(), account.creditLimit()));
    }
    accounts.put(
        account.customer(), new Account(account.customer(), account.creditLimit(), charged));
    charges.put(command.orderId(), command);
    effects.applied(call, node().id());
    return Future.succeededFuture(new Payment.Charged(command.orderId()));
  }

  // The compensation. It may overtake the charge that it undoes, which must then fail.
  private Future<Payment.Refunded> refund(Payment.Refund command, Call call) {
    withdrawn.add(command.orderId());
    Charge charge = charges.remove(command.orderId());
    if (charge != null) {
      Account account = account(charge.customer());
      accounts.put(
          account.customer(),
          new Account(
              account.customer(),
              account.creditLimit(),
              account.charged().subtract(charge.amount())));
      effects.applied(call, node().id());
    }
    return Future.succeededFuture(new Payment.Refunded(command.orderId()));
  }

  private Account account(String customer) {
    Account account = accounts.get(customer);
    return account == null ? new Account(customer, BigDecimal.ZERO, BigDecimal.ZERO) : account;
  }
}
