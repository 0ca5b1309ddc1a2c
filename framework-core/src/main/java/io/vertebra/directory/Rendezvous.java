package io.vertebra.directory;

import java.nio.charset.StandardCharsets;

/**
 * Rendezvous hashing: each key has its own order of all nodes, so that a node that comes or goes
 * moves only the keys it owns (Thaler and Ravishankar, 1998).
 */
public final class Rendezvous {
  private Rendezvous() {}

  /** The index of the node that owns the key, or -1 if there is no node. */
  public static int pick(long keyHash, long[] nodeHashes) {
    int best = -1;
    long bestScore = 0;
    for (int i = 0; i < nodeHashes.length; i++) {
      long score = score(keyHash, nodeHashes[i]);
      if (best < 0 || score > bestScore) {
        best = i;
        bestScore = score;
      }
    }
    return best;
  }

  /** How much the key prefers the node. */
  static long score(long keyHash, long nodeHash) {
    return mix(keyHash ^ nodeHash);
  }

  /** A hash that is the same on every node and in every release: FNV-1a, finished by MurmurHash3. */
  public static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** The finalizer of MurmurHash3: every bit of the input changes every bit of the output. */
  static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
