package io.vertebra.directory;

/**
 * One contract that a node serves.
 *
 * @param id the contract id of the frame header, {@link #requestId} or {@link #topicId} of the name
 * @param name the contract's id, at most 1,024 bytes of UTF-8
 * @param fingerprint the fingerprint of its types, at most 1,024 bytes of UTF-8
 * @param instances how many handler instances or subscribers there are on the node, at least 1
 * @param capacity how many calls the node runs at once, 0 for no statement
 * @param isKeyed whether messages with the same key go to the same node
 * @param isTopic whether it is a topic with subscribers
 */
public record ServedContract(
    long id,
    String name,
    String fingerprint,
    int instances,
    int capacity,
    boolean isKeyed,
    boolean isTopic) {
  public ServedContract {
    DirectoryCodec.requireShort(name, "name");
    DirectoryCodec.requireShort(fingerprint, "fingerprint");
    if (instances < 1 || capacity < 0) {
      throw new IllegalArgumentException(
          "instances must be at least 1 and capacity at least 0: " + instances + ", " + capacity);
    }
  }

  /** Whether the id is the one that belongs to the name, which it need not be if another node says so. */
  public boolean hasOwnId() {
    return id == (isTopic ? topicId(name) : requestId(name));
  }

  /** The id of the request contract with this id. */
  public static long requestId(String name) {
    return StableHash.hash(name);
  }

  /** The id of the topic with this id; not that of a request of the same name. */
  public static long topicId(String name) {
    return StableHash.hash("topic:" + name);
  }
}
