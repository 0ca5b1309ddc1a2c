package io.vertebra.messaging;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages of one contract as fast as whoever serves it takes them. So many are under way at a
 * time as are taken without being refused; the others wait here, which {@link #writeQueueFull} shows.
 * A message that is refused as OVERLOADED has not run, and is sent again.
 *
 * <pre>{@code
 * source.pipeTo(bus.writer(INDEX, CallOptions.defaults()));
 * }</pre>
 *
 * <p>Every message ends in one way, as a call does: with its reply or with a failure. Waiting here does
 * not count as time of a message: its timeout begins when it is sent first. Messages may overtake each
 * other. May be used from any thread; handlers run on the context on which the writer was made.
 *
 * @param <Q> the message
 * @param <R> the reply
 */
public interface MessageWriter<Q, R> extends WriteStream<Q> {

  /**
   * Sends a message when its turn comes, and completes with the reply. Fails with OVERLOADED at once
   * if twice as many messages wait as {@link #setWriteQueueMaxSize} says, because the producer did not
   * look at {@link #writeQueueFull}; and if the message was refused until its time was over.
   */
  Future<R> send(Q message);

  /** As {@link #send}, without the reply. A failure goes to the {@link #exceptionHandler}, too. */
  @Override
  Future<Void> write(Q message);

  /** Is told of messages written that failed. The writer goes on with the next. */
  @Override
  MessageWriter<Q, R> exceptionHandler(@Nullable Handler<Throwable> handler);

  /** How many messages may wait until {@link #writeQueueFull}; at least 1, default 1024. */
  @Override
  MessageWriter<Q, R> setWriteQueueMaxSize(int messages);

  /** Is told, once, when only half as many messages wait as may, after the queue was full. */
  @Override
  MessageWriter<Q, R> drainHandler(@Nullable Handler<Void> handler);

  /** Takes no more messages; completes when all have ended, in whatever way. */
  @Override
  Future<Void> end();

  /** Messages that wait for their turn. */
  int waiting();

  /** Messages that may be under way at a time now: 1 to 1024, at first 64. */
  int window();
}
