package io.vertebra;

import static io.vertebra.TestCluster.await;
import static io.vertebra.TestCluster.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertebra.contract.Request;
import io.vertebra.contract.Topic;
import io.vertebra.error.ErrorCode;
import io.vertebra.messaging.CallMetadata;
import io.vertebra.messaging.CallOptions;
import io.vertebra.messaging.Publication;
import io.vertebra.messaging.Subscription;
import io.vertebra.messaging.SubscriptionOptions;
import io.vertebra.wire.Format;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Publications that cross links. */
class TopicClusterTest {
  record Moved(int to) {}

  static final Topic<Moved> MOVED = Topic.of("train.moved", Moved.class);

  final TestCluster cluster = new TestCluster();
  Node publisher;
  Node b;
  Node c;

  @BeforeEach
  void start() {
    publisher = cluster.start();
    b = cluster.start(NodeOptions.defaults().withFormat(Format.CBOR));
    c = cluster.start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** Keeps what came, and says when enough has. */
  static final class Seen {
    final List<Integer> numbers = new CopyOnWriteArrayList<>();
    final Promise<Void> enough = Promise.promise();
    final int wanted;

    Seen(int wanted) {
      this.wanted = wanted;
    }

    Future<?> take(Moved moved) {
      numbers.add(moved.to());
      if (numbers.size() == wanted) {
        enough.complete();
      }
      return Future.succeededFuture();
    }
  }

  private static String subscribe(
      Node node,
      Topic<Moved> topic,
      SubscriptionOptions options,
      Function<Moved, Future<?>> handler) {
    return await(node.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.topic(topic, handler).with(options);
      }
    }));
  }

  private static String subscribe(Node node, Function<Moved, Future<?>> handler) {
    return subscribe(node, MOVED, SubscriptionOptions.defaults(), handler);
  }

  private Publication publishAcknowledged(int to) {
    return await(publisher.bus().publishAcknowledged(MOVED, new Moved(to), CallOptions.defaults()));
  }

  @Test
  void every_subscriber_of_every_node_sees_all_messages_in_the_publishers_order() {
    int count = 1_000;
    List<Seen> all = new ArrayList<>();
    for (Node node : List.of(publisher, b, b, c)) {
      Seen seen = new Seen(count);
      subscribe(node, seen::take);
      all.add(seen);
    }
    publisher.vertx().getOrCreateContext().runOnContext(on -> {
      for (int i = 0; i < count; i++) {
        publisher.bus().publish(MOVED, new Moved(i));
      }
    });
    for (Seen seen : all) {
      await(seen.enough.future());
      assertThat(seen.numbers)
          .containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
    }
  }

  @Test
  void an_acknowledged_publication_says_how_far_it_reached() {
    subscribe(b, moved -> Future.succeededFuture());
    subscribe(b, moved -> Future.succeededFuture());
    subscribe(c, moved -> Future.succeededFuture());
    assertThat(publishAcknowledged(1)).isEqualTo(new Publication(2, 2, 3, 0));
  }

  @Test
  void an_acknowledged_publication_tells_what_full_buffers_dropped() {
    Promise<Void> busy = Promise.promise();
    Promise<Void> end = Promise.promise();
    subscribe(b, MOVED, SubscriptionOptions.defaults().withBuffer(1), moved -> {
      busy.tryComplete();
      return end.future();
    });
    assertThat(publishAcknowledged(1).isComplete()).isTrue();
    await(busy.future());
    assertThat(publishAcknowledged(2).isComplete()).isTrue();
    Publication third = publishAcknowledged(3);
    assertThat(third).isEqualTo(new Publication(1, 1, 1, 1));
    assertThat(third.isComplete()).isFalse();
    end.complete();
  }

  @Test
  void an_acknowledged_publication_does_not_wait_for_a_node_that_is_gone() {
    subscribe(b, moved -> Future.succeededFuture());
    subscribe(c, moved -> Future.succeededFuture());
    cluster.crash(c);
    Publication publication = publishAcknowledged(1);
    assertThat(publication.acknowledged()).isEqualTo(1);
    assertThat(publication.subscribers()).isEqualTo(1);
  }

  @Test
  void a_subscription_that_ended_gets_nothing_more() {
    Seen seen = new Seen(1);
    String deployment = subscribe(b, seen::take);
    publishAcknowledged(1);
    await(seen.enough.future());
    await(b.vertx().undeploy(deployment));
    assertThat(publishAcknowledged(2)).isEqualTo(new Publication(0, 0, 0, 0));
    assertThat(seen.numbers).containsExactly(1);
  }

  @Test
  void a_subscription_of_the_node_itself_is_known_to_the_others_too() {
    Seen seen = new Seen(1);
    Subscription subscription = b.subscribe(MOVED, seen::take, SubscriptionOptions.defaults());
    subscribe(b, moved -> Future.succeededFuture());
    assertThat(publishAcknowledged(1).subscribers()).isEqualTo(2);
    await(seen.enough.future());
    await(subscription.close());
  }

  @Test
  void a_subscriber_that_fails_gets_the_next_message_all_the_same() {
    Seen seen = new Seen(2);
    subscribe(b, moved -> {
      seen.take(moved);
      throw new IllegalStateException("no");
    });
    publisher.bus().publish(MOVED, new Moved(1));
    publisher.bus().publish(MOVED, new Moved(2));
    await(seen.enough.future());
    assertThat(seen.numbers).containsExactly(1, 2);
  }

  @Test
  void a_message_larger_than_a_frame_is_not_published() {
    record Long(String text) {}
    Topic<Long> topic = Topic.of("train.long", Long.class);
    await(b.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.topic(topic, text -> Future.succeededFuture());
      }
    }));
    Long message = new Long("x".repeat(2_000_000));
    assertThat(failureOf(publisher.bus().publish(topic, message)).code())
        .isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
    assertThat(
            failureOf(publisher.bus().publishAcknowledged(topic, message, CallOptions.defaults()))
                .code())
        .isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
  }

  @Test
  void a_topic_and_a_request_may_have_the_same_name() {
    Request<Moved, Moved> request = Request.of(MOVED.name(), Moved.class, Moved.class);
    Seen seen = new Seen(1);
    await(b.deploy(() -> new ServiceVerticle() {
      @Override
      protected void services(Services on) {
        on.topic(MOVED, seen::take);
        on.request(request, moved -> Future.succeededFuture(new Moved(-moved.to())));
      }
    }));
    assertThat(await(publisher.bus().request(request, new Moved(7)))).isEqualTo(new Moved(-7));
    assertThat(publishAcknowledged(7).subscribers()).isEqualTo(1);
    await(seen.enough.future());
  }

  @Test
  void a_call_made_by_a_subscriber_knows_the_conversation_it_belongs_to() {
    Request<Moved, Moved> request = Request.of("train.arrive", Moved.class, Moved.class);
    Promise<CallMetadata> metadata = Promise.promise();
    TestCluster.serve(c, request, (moved, call) -> {
      metadata.complete(call.metadata());
      return Future.succeededFuture(moved);
    });
    subscribe(b, moved -> b.bus().request(request, moved));
    publisher.bus().publish(MOVED, new Moved(1));
    CallMetadata seen = await(metadata.future());
    assertThat(seen.caller()).isEqualTo(b.id());
    assertThat(seen.causationId()).isNotNull().isEqualTo(seen.correlationId());
  }
}
