package io.vertebra.link;

import io.vertebra.contract.Request;
import io.vertebra.error.CallException;
import io.vertebra.error.ContractException;
import io.vertebra.error.DeclaredFailure;
import io.vertebra.error.ErrorCode;
import io.vertebra.error.HandlerException;
import io.vertebra.error.IdempotencyException;
import io.vertebra.error.OverloadedException;
import io.vertebra.error.SagaException;
import io.vertebra.error.VertebraException;
import io.vertebra.wire.Format;
import java.time.Duration;

/** Reads the two kinds of answers. */
final class AnswerFrame {
  private AnswerFrame() {}

  /** Hands a reply over; its body is decoded on the caller's context. */
  static <R> void reply(FrameReader in, RemoteCall<?, R> call) {
    Format format = in.format();
    Request<?, R> contract = call.exchange().contract();
    int from = in.position();
    int to = in.end();
    var batch = in.batch();
    call.exchange().arrived(() -> {
      try {
        return format.decode(contract.replyType(), batch, from, to, contract.name());
      } catch (ContractException unfit) {
        throw HandlerException.replyInvalid(contract.name(), String.valueOf(unfit.getMessage()));
      }
    });
  }

  /** Rebuilds the failure that the other node reported. */
  static VertebraException failure(FrameReader in, Request<?, ?> contract) {
    ErrorCode code = ErrorCode.find(in.int32());
    boolean mayHaveRun = in.int8() != 0;
    long retryAfter = in.int64();
    String message = in.text();
    if (code == null) {
      return HandlerException.received(ErrorCode.HANDLER_FAILED, message);
    }
    return switch (code) {
      case DECLARED -> declared(in, contract);
      case OVERLOADED ->
        OverloadedException.received(message, Duration.ofMillis(Math.max(0, retryAfter)));
      case CONTRACT_MISMATCH, CONTRACT_INVALID, MESSAGE_TOO_LARGE, MESSAGE_INVALID ->
        ContractException.received(code, message);
      case CONFLICT, STILL_RUNNING, STORE_UNAVAILABLE ->
        IdempotencyException.received(code, message);
      case SAGA_INVALID, SAGA_COMPENSATED, SAGA_NEEDS_OPERATOR, SAGA_FENCED, SAGA_STALLED ->
        SagaException.received(code, message);
      case HANDLER_FAILED, FAILURE_UNDECLARED, REPLY_INVALID ->
        HandlerException.received(code, message);
      default -> CallException.received(code, message, mayHaveRun);
    };
  }

  private static VertebraException declared(FrameReader in, Request<?, ?> contract) {
    Format format = in.format();
    try {
      return new DeclaredFailure(
          format.decodeFailure(contract, in.batch(), in.position(), in.end()));
    } catch (ContractException unfit) {
      return HandlerException.replyInvalid(contract.name(), String.valueOf(unfit.getMessage()));
    }
  }
}
