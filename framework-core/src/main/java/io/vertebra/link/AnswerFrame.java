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
import org.jspecify.annotations.Nullable;

/** Reads the two kinds of answers. */
final class AnswerFrame {
  private AnswerFrame() {}

  /** Hands a reply over; its body is decoded on the caller's context. */
  static <R> void reply(FrameReader in, RemoteCall<?, R> call, int mostBytes) {
    Format format = in.format();
    Request<?, R> contract = call.exchange().contract();
    int from = in.position();
    int to = in.end();
    if (to - from > mostBytes) {
      call.exchange()
          .rejected(HandlerException.replyInvalid(
              contract.name(), "it has " + (to - from) + " bytes, this node takes " + mostBytes));
      return;
    }
    var batch = in.batch();
    call.exchange().arrived(() -> {
      try {
        return format.decode(contract.replyType(), batch, from, to, contract.name());
      } catch (ContractException unfit) {
        throw HandlerException.replyInvalid(contract.name(), unfit.getMessage());
      }
    });
  }

  /** Hands a failure over that the other node reported; a declared one is decoded on the caller's context. */
  static <R> void failure(FrameReader in, RemoteCall<?, R> call, long now) {
    Request<?, R> contract = call.exchange().contract();
    ErrorCode code = ErrorCode.find(in.int32());
    boolean mayHaveRun = in.int8() != 0;
    long retryAfter = in.int64();
    int threshold = in.int32();
    String message = in.text();
    call.answered(code == null ? ErrorCode.HANDLER_FAILED : code, now);
    if (code != ErrorCode.OVERLOADED) {
      call.refusals().taken(now);
    }
    if (code == ErrorCode.DECLARED) {
      declared(in, call, contract);
      return;
    }
    VertebraException failure = rebuild(code, message, mayHaveRun, retryAfter, threshold);
    if (failure instanceof OverloadedException refusal) {
      call.refusals().refused(refusal, now);
    }
    call.exchange().rejected(failure);
  }

  private static VertebraException rebuild(
      @Nullable ErrorCode code,
      String message,
      boolean mayHaveRun,
      long retryAfter,
      int threshold) {
    if (code == null) {
      return HandlerException.received(ErrorCode.HANDLER_FAILED, message);
    }
    return switch (code) {
      case OVERLOADED ->
        OverloadedException.received(
            message, Duration.ofMillis(Math.max(0, retryAfter)), threshold);
      case CONTRACT_MISMATCH, CONTRACT_INVALID, MESSAGE_TOO_LARGE, MESSAGE_INVALID ->
        ContractException.received(code, message);
      case CONFLICT, STILL_RUNNING, STORE_UNAVAILABLE, STEP_COMPENSATED, OUTCOME_UNKNOWN ->
        IdempotencyException.received(code, message);
      case SAGA_INVALID,
          SAGA_COMPENSATED,
          SAGA_NEEDS_OPERATOR,
          SAGA_FENCED,
          SAGA_STALLED,
          SAGA_LOG_UNAVAILABLE,
          SAGA_TOO_LARGE -> SagaException.received(code, message);
      case HANDLER_FAILED, FAILURE_UNDECLARED, REPLY_INVALID ->
        HandlerException.received(code, message);
      default -> CallException.received(code, message, mayHaveRun);
    };
  }

  private static <R> void declared(FrameReader in, RemoteCall<?, R> call, Request<?, R> contract) {
    Format format = in.format();
    int from = in.position();
    int to = in.end();
    var batch = in.batch();
    call.exchange().arrived(() -> {
      try {
        throw new DeclaredFailure(format.decodeFailure(contract, batch, from, to));
      } catch (ContractException unfit) {
        throw HandlerException.replyInvalid(contract.name(), unfit.getMessage());
      }
    });
  }
}
