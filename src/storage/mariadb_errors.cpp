#include "storage/mariadb_errors.hpp"

#include <errmsg.h>
#include <mysqld_error.h>

namespace tricircle::storage {

void throw_mariadb_error(unsigned code, const std::string& words) {
  const std::string text = words + " (" + std::to_string(code) + ")";
  switch (code) {
    case ER_DUP_ENTRY:
    case ER_DUP_KEY:
    case ER_DUP_ENTRY_WITH_KEY_NAME:
      throw UniqueViolation(text);
    case ER_ROW_IS_REFERENCED:
    case ER_ROW_IS_REFERENCED_2:
    case ER_NO_REFERENCED_ROW:
    case ER_NO_REFERENCED_ROW_2:
      throw ForeignKeyViolation(text);
    case ER_TABLE_EXISTS_ERROR:
    case ER_DUP_FIELDNAME:
    case ER_DUP_KEYNAME:
    case ER_CANT_DROP_FIELD_OR_KEY:
    case ER_BAD_TABLE_ERROR:
    case ER_NO_SUCH_TABLE:
      throw SchemaAsWanted(text);
    case ER_LOCK_DEADLOCK:  // Galera: also beaten by another node's commit
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_CHECKREAD:
    case ER_QUERY_INTERRUPTED:
    case ER_STATEMENT_TIMEOUT:
    case ER_TABLE_DEF_CHANGED:
    case ER_NEED_REPREPARE:
    case CR_NEW_STMT_METADATA:
      throw Busy(text);
    case ER_UNKNOWN_COM_ERROR:          // 1047: a Galera node that is joining, leaving, or without majority
    case ER_OPTION_PREVENTS_STATEMENT:  // read_only
    case ER_CON_COUNT_ERROR:
    case ER_SERVER_SHUTDOWN:
    case ER_NEW_ABORTING_CONNECTION:
    case ER_ABORTING_CONNECTION:
    case ER_NET_READ_ERROR:
    case ER_NET_READ_INTERRUPTED:
    case ER_NET_ERROR_ON_WRITE:
    case ER_NET_WRITE_INTERRUPTED:
    case ER_ERROR_DURING_COMMIT:  // Galera: the majority was lost while the write waited
    case ER_CONNECTION_KILLED:
      throw ConnectionLost(text);
    default:
      break;
  }
  // The client library's own: cannot connect, gone, lost, out of step.
  if (code >= CR_MIN_ERROR && code <= CR_MAX_ERROR && code != CR_UNSUPPORTED_PARAM_TYPE) throw ConnectionLost(text);
  throw DbError(text);
}

bool surely_not_committed(unsigned code) {
  return code == ER_LOCK_DEADLOCK;
}

}  // namespace tricircle::storage
