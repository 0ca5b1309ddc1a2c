package io.vertebra.dispatch;

import io.vertebra.messaging.Criticality;
import org.jspecify.annotations.Nullable;

/**
 * How important a message is, as one number: its criticality, and within that the cohort of its
 * conversation. Shedding by cohort lets a whole conversation live or die, where shedding by chance
 * would ruin a little of each (cohorts as in WeChat's DAGOR, Zhou et al. 2018).
 */
public final class Priority {
  /** Cohorts of each criticality. */
  public static final int COHORTS = 128;

  /** By what factor more is taken after each {@link #RECOVERY_STEP} without overload, and sent by callers. */
  public static final double RECOVERY = 1.2;

  /** Nanoseconds of one step of {@link #RECOVERY}. */
  public static final long RECOVERY_STEP = 100_000_000L;

  private static final int CLASSES = Criticality.values().length;

  /** The number of the least important messages. */
  public static final int LOWEST = CLASSES * COHORTS - 1;

  private Priority() {}

  /** Of the first message of a conversation. */
  static int of(@Nullable Criticality criticality, MessageId conversation) {
    int mixed = conversation.hashCode() * 0x9E3779B9;
    int level = criticality == null ? Criticality.CRITICAL.rank() : criticality.rank();
    return level * COHORTS + (mixed >>> 25);
  }

  /** Of a message that was sent while a message of {@code cause} was handled: it is never raised. */
  static int inherit(int cause, @Nullable Criticality criticality) {
    return criticality == null || criticality.rank() * COHORTS <= cause
        ? cause
        : criticality.rank() * COHORTS + cause % COHORTS;
  }

  /** What a peer claims, brought into range; a number that cannot be one counts as the lowest. */
  public static int clamp(int claimed, Criticality highest) {
    if (claimed < 0 || claimed > LOWEST) {
      return LOWEST;
    }
    return inherit(claimed, highest);
  }

  /** The criticality that is part of it. */
  public static Criticality criticality(int priority) {
    return switch (priority / COHORTS) {
      case 0 -> Criticality.CRITICAL_PLUS;
      case 1 -> Criticality.CRITICAL;
      case 2 -> Criticality.SHEDDABLE_PLUS;
      default -> Criticality.SHEDDABLE;
    };
  }
}
