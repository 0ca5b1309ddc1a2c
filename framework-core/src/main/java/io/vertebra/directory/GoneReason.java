package io.vertebra.directory;

/** Why a peer was declared gone. */
public enum GoneReason {
  /** Nothing was heard of it for {@link DirectoryOptions#goneAfter()}. */
  SILENT,
  /** It left the membership. */
  LEFT,
  /** The link to it closed. */
  LINK_CLOSED,
  /** A newer incarnation of the same node spoke. */
  REPLACED,
  /** It declared us gone and began anew; what was under way between the two is lost. */
  RESET
}
