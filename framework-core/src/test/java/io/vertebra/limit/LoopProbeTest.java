package io.vertebra.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.vertebra.dispatch.DispatchStamp;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** A loop and a clock that the test moves. */
class LoopProbeTest {
  private static final long MS = 1_000_000L;

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private long cpu;
  private final LoopProbe probe = new LoopProbe(
      new DispatchStamp(),
      fake(EventLoop.class, (proxy, method, arguments) -> tasks.add((Runnable) arguments[0])),
      fake(ThreadMXBean.class, (proxy, method, arguments) -> cpu));

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
          Object answer = handler.invoke(proxy, method, arguments);
          return method.getReturnType() == void.class ? null : answer;
        }));
  }

  private boolean isSent(long now) {
    probe.send(now);
    return !tasks.isEmpty();
  }

  private void loopComesRound() {
    tasks.remove().run();
  }

  @Test
  void code_runs_for_as_long_as_the_loop_does_not_come_to_the_task() {
    assertThat(probe.number() % 2).isZero();
    assertThat(isSent(0)).isTrue();
    long waiting = probe.number();
    assertThat(waiting % 2).isEqualTo(1);
    probe.send(1_000 * MS);
    assertThat(tasks).as("one task at a time").hasSize(1);
    assertThat(probe.number()).isEqualTo(waiting);
    loopComesRound();
    assertThat(probe.number() % 2).isZero();
    assertThat(probe.number()).isNotEqualTo(waiting);
    assertThat(probe.owner().verticle()).isEqualTo(Thread.currentThread().getName());
  }

  @Test
  void a_loop_that_does_nothing_is_woken_up_each_tenth_of_a_second() {
    assertThat(isSent(0)).isTrue();
    loopComesRound();
    cpu += 20_000; // to go to sleep again
    for (long at = MS; at < 100 * MS; at += MS) {
      assertThat(isSent(at)).isFalse();
    }
    assertThat(isSent(100 * MS)).isTrue();
  }

  @Test
  void a_loop_that_works_has_one_each_four_milliseconds() {
    assertThat(isSent(0)).isTrue();
    loopComesRound();
    cpu += MS;
    assertThat(isSent(3 * MS)).isFalse();
    assertThat(isSent(4 * MS)).isTrue();
    loopComesRound();
    assertThat(isSent(8 * MS)).as("it has done nothing since").isFalse();
  }
}
