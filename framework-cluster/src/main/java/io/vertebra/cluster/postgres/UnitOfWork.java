package io.vertebra.cluster.postgres;

import io.vertx.sqlclient.SqlClient;

/**
 * One message in one transaction: what the handler writes, what it sends, and its answer, which
 * duplicates will get, are committed together or not at all.
 */
public interface UnitOfWork extends Outgoing {

  /**
   * Statements in this transaction, with isolation level READ COMMITTED. They run in the order in
   * which they are made, without waiting for each other; after a failed one the transaction can only
   * be rolled back. Futures complete on the context of the call. Once the handler's future has
   * completed, statements fail. Names of tables are looked up as the database's user is set up for;
   * the framework's schema is not among them.
   */
  SqlClient sql();
}
