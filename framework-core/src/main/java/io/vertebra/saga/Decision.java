package io.vertebra.saga;

import java.util.List;

/**
 * What a machine makes of an input.
 *
 * @param next the instance after it
 * @param write whether it has to be in the log before anything of it may be seen
 * @param notes what to tell in the history
 * @param sends commands to send, once it is written
 * @param consumed ids of signals that wait no more
 */
record Decision<S>(
    Instance<S> next, boolean write, List<Note> notes, List<Pending> sends, List<String> consumed) {

  /** Nothing happens: the input is late, a duplicate or early. */
  static <S> Decision<S> ignore(Instance<S> current) {
    return new Decision<>(current, false, List.of(), List.of(), List.of());
  }

  /** A line of the history, as far as the machine knows it. */
  record Note(SagaEvent.Kind kind, String step, int attempt, String detail) {}
}
