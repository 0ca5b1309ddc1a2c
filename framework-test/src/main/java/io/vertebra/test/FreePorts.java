package io.vertebra.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that cannot pick one themselves, for instance because several nodes must know
 * each other's before they start.
 *
 * <p>They come from below the ranges that operating systems take ports from for outgoing connections
 * (from 32768 on Linux, from 49152 elsewhere): a port that was merely free a moment ago may have gone
 * to a connection of this very process by the time a server asks for it.
 */
public final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int AFTER_LAST = 32_000;

  private FreePorts() {}

  /** A port on loopback that nobody listens on. */
  public static int one() {
    return some(1).get(0);
  }

  /** Different ports on loopback that nobody listens on. */
  public static List<Integer> some(int count) {
    if (count < 0 || count > (AFTER_LAST - FIRST) / 2) {
      throw new IllegalArgumentException("cannot find so many free ports: " + count);
    }
    Set<Integer> found = new LinkedHashSet<>();
    int tries = 0;
    while (found.size() < count) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, AFTER_LAST);
      if (isFree(port)) {
        found.add(port);
      } else if (++tries > 10_000) {
        throw new IllegalStateException("found no free port between 20000 and 31999");
      }
    }
    return new ArrayList<>(found);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
