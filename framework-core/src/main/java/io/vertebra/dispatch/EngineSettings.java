package io.vertebra.dispatch;

import io.vertebra.messaging.Criticality;
import io.vertebra.wire.Format;

/**
 * What an engine is told once, when it is made.
 *
 * @param nodeId of this node
 * @param lostAfterNanos how long after its caller gave up a call counts as lost
 * @param localCheck whether messages between verticles of this process go through encode and decode
 * @param format of bodies
 * @param maxBody bytes a body may have
 * @param peerCriticality what a message of another node counts as at most
 */
public record EngineSettings(
    String nodeId,
    long lostAfterNanos,
    boolean localCheck,
    Format format,
    int maxBody,
    Criticality peerCriticality) {}
