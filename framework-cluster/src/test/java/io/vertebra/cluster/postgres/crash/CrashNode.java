package io.vertebra.cluster.postgres.crash;

import io.vertebra.Node;
import io.vertebra.NodeOptions;
import io.vertebra.SagaVerticle;
import io.vertebra.ServiceVerticle;
import io.vertebra.Services;
import io.vertebra.cluster.postgres.Postgres;
import io.vertebra.cluster.postgres.PostgresOptions;
import io.vertebra.cluster.postgres.UnitOfWork;
import io.vertebra.cluster.postgres.crash.Orders.Declined;
import io.vertebra.cluster.postgres.crash.Orders.Done;
import io.vertebra.cluster.postgres.crash.Orders.Order;
import io.vertebra.cluster.postgres.crash.Orders.Step;
import io.vertebra.contract.Request;
import io.vertebra.idempotency.IdempotentHandler;
import io.vertebra.messaging.Call;
import io.vertebra.messaging.CallOptions;
import io.vertebra.saga.Saga;
import io.vertebra.saga.SagaLog;
import io.vertebra.saga.SagaOptions;
import io.vertebra.test.fault.FaultPoint;
import io.vertebra.test.fault.Faults;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * A process that hosts the saga and its participants. It takes lines: {@code place ID} starts an
 * order and says {@code FINAL ID} when it has ended, {@code arm} and {@code go} are for the crash
 * point.
 */
final class CrashNode {
  static final String READY = "READY";
  static final String FINAL = "FINAL ";

  private final Node node;
  private final Postgres postgres;
  private final CrashPoint point;
  private final Faults faults;
  private final Duration keyRetention;
  private final Duration lease;

  private CrashNode(
      Node node, Postgres postgres, CrashPoint point, Duration keyRetention, Duration lease) {
    this.node = node;
    this.postgres = postgres;
    this.point = point;
    this.faults = faults(node.vertx(), point);
    this.keyRetention = keyRetention;
    this.lease = lease;
  }

  /** The crash points of the log. A clean-up that finds nothing is none. */
  private static Faults faults(Vertx vertx, CrashPoint point) {
    Faults faults = Faults.seeded(0, vertx);
    Map<String, FaultPoint> writePoints = Map.of(
        "W1", FaultPoint.SAGA_START,
        "W7", FaultPoint.SAGA_STEP,
        "W9", FaultPoint.SAGA_END,
        "W10", FaultPoint.SAGA_PURGE);
    writePoints.forEach((name, where) -> {
      if (point.isNamed(name + ".before")) {
        faults.at(where).before(() -> point.at(name + ".before"));
      } else if (point.isNamed(name + ".after")) {
        faults.at(where).after(answer -> {
          if (!Integer.valueOf(0).equals(answer)) {
            point.at(name + ".after");
          }
        });
      }
    });
    return faults;
  }

  /** Arguments: the database's URI, the node's name, the crash point, its occurrence, the key retention and the lease in ms. */
  public static void main(String[] args) throws IOException {
    Vertx vertx = Vertx.vertx();
    Duration lease = Duration.ofMillis(Long.parseLong(args[5]));
    PostgresOptions options = PostgresOptions.at(args[0]).withLease(lease);
    Postgres postgres = Postgres.connect(vertx, options).await();
    Node node = Node.create(vertx, NodeOptions.defaults().withId(args[1]));
    CrashPoint point = new CrashPoint(args[2], Integer.parseInt(args[3]));
    Duration keyRetention = Duration.ofMillis(Long.parseLong(args[4]));
    new CrashNode(node, postgres, point, keyRetention, lease).run();
  }

  private void run() throws IOException {
    node.deploy(Participants::new).await();
    node.deploy(Sagas::new).await();
    System.out.println(READY);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("place ")) {
        place(line.substring("place ".length()));
      } else if (line.equals("arm")) {
        point.arm();
      } else if (line.equals("go")) {
        point.goOn();
      }
    }
    System.exit(0);
  }

  /** As callers do: one that is told that nobody knows whether it has begun starts it again. */
  private void place(String id) {
    CallOptions patience = CallOptions.defaults().withTimeout(Duration.ofMinutes(5));
    node.bus()
        .request(Orders.PLACE, new Order(id), patience)
        .onSuccess(outcome -> System.out.println(FINAL + id))
        .onFailure(failure -> place(id));
  }

  private final class Sagas extends SagaVerticle {
    @Override
    protected List<Saga<?>> sagas() {
      return List.of(Orders.SAGA);
    }

    @Override
    protected SagaLog log() {
      return faults.log(postgres.sagaLog());
    }

    @Override
    protected SagaOptions options() {
      return super.options()
          .withLease(lease)
          .withPollInterval(Duration.ofMillis(500))
          .withKeyRetention(keyRetention);
    }
  }

  private final class Participants extends ServiceVerticle {
    @Override
    protected void services(Services on) {
      act(on, Orders.RESERVE);
      act(on, Orders.CHARGE);
      act(on, Orders.SHIP);
      undo(on, Orders.RELEASE, "crash.reserve");
      undo(on, Orders.REFUND, "crash.charge");
    }

    private void act(Services on, Request<Step, Done> contract) {
      on.request(
          contract,
          answered(
              contract,
              postgres.inTransaction((step, unit) -> contract == Orders.CHARGE && !step.isPaid()
                  ? unit.fail(new Declined(step.order()))
                  : effect(unit, step, contract.name(), "do"))));
    }

    private void undo(Services on, Request<Step, Done> contract, String action) {
      on.request(
          contract,
          answered(
              contract,
              postgres.compensating(
                  (step, unit) -> effect(unit, step, action, "undo"),
                  step -> new Done(step.order()))));
    }

    private Future<Done> effect(UnitOfWork unit, Step step, String action, String kind) {
      return unit.sql()
          .preparedQuery(
              "INSERT INTO effect_log (order_id, step, kind, node) VALUES ($1, $2, $3, $4)")
          .execute(Tuple.of(step.order(), action, kind, node.id()))
          .map(rows -> {
            point.at("W4.before");
            return new Done(step.order());
          });
    }

    /** A handler with a crash point after its commit and before its answer. */
    private BiFunction<Step, Call, Future<Done>> answered(
        Request<Step, Done> contract, IdempotentHandler<Step, Done> handler) {
      BiFunction<? super Step, ? super Call, Future<Done>> idempotent = handler.of(contract);
      return (step, call) -> idempotent.apply(step, call).map(done -> {
        point.at("W4.after");
        return done;
      });
    }
  }
}
