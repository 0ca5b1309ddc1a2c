package io.vertebra.limit;

import io.vertebra.dispatch.DispatchOwner;

/**
 * A handler on a virtual thread. Waiting is what such threads are for; but while one computes, it keeps
 * the thread that carries it, of which there are as many as cores.
 */
final class VirtualRun implements Watched {
  private final DispatchOwner owner;
  private final Thread thread;
  private volatile boolean over;
  private long number;

  /** The current thread runs code of {@code owner} from now on. */
  VirtualRun(DispatchOwner owner) {
    this.owner = owner;
    this.thread = Thread.currentThread();
  }

  void end() {
    over = true;
  }

  /** Looks whether it is carried, which only its name for people tells: {@code VirtualThread[#1]/runnable@carrier}. */
  private boolean isCarried() {
    if (over || thread.getState() != Thread.State.RUNNABLE) {
      return false;
    }
    String text = thread.toString();
    return text.indexOf('@', text.lastIndexOf("]/")) >= 0;
  }

  boolean isComputing() {
    return (number() & 1) == 1;
  }

  @Override
  public long number() {
    if (isCarried() != ((number & 1) == 1)) {
      number++;
    }
    return number;
  }

  @Override
  public DispatchOwner owner() {
    return owner;
  }

  @Override
  public Thread thread() {
    return thread;
  }

  @Override
  public Kind kind() {
    return Kind.VIRTUAL;
  }
}
