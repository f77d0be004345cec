#include "nocloud/ssh/session.hpp"

#include <cerrno>

#include <libssh2.h>
#include <poll.h>
#include <sys/socket.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

/// Far more than any server says before its identification (RFC 4253, section 4.2, sets no limit).
constexpr std::size_t greeting_limit = 65536;
constexpr std::size_t kept_babble = 200;
constexpr std::string_view identification = "SSH-";
/// A hundred times what keys and a login take.
constexpr std::size_t limit_before_login = 1048576;
constexpr std::size_t step_limit = 4194304;

struct Library {
  Library() {
    if (libssh2_init(0) != 0) throw Error(ErrorKind::failed, "libssh2 cannot be initialised");
  }
  ~Library() { libssh2_exit(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

/// libssh2_init counts its callers without a lock and must come first: one for the process, made by whichever
/// thread comes first.
void need_library() {
  static const Library library;
}

}  // namespace

struct Session::Callbacks {
  static ssize_t receive(libssh2_socket_t fd, void* buffer, size_t size, int flags, void** session) {
    auto& self = *static_cast<Session*>(*session);
    if (self.cut_) return -ECONNABORTED;
    if (self.step_heard_ > step_limit) return -EAGAIN;
    const ssize_t count = ::recv(fd, buffer, size, flags | MSG_DONTWAIT);
    if (count < 0) return errno == EINTR || errno == EWOULDBLOCK ? -EAGAIN : -errno;
    const std::string_view bytes(static_cast<const char*>(buffer), static_cast<std::size_t>(count));
    return self.take(bytes) ? count : -EPROTO;
  }
  static ssize_t send(libssh2_socket_t fd, const void* buffer, size_t size, int flags, void** session) {
    if (static_cast<Session*>(*session)->cut_) return -ECONNABORTED;
    const ssize_t count = ::send(fd, buffer, size, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) return errno == EINTR || errno == EWOULDBLOCK ? -EAGAIN : -errno;
    return count;
  }
};

namespace {

/// libssh2 calls `function` from now on. Since 1.11.1 it takes pointers to functions as such.
template <class Function>
void set_callback(LIBSSH2_SESSION* session, int kind, Function* function) {
#if LIBSSH2_VERSION_NUM >= 0x010b01
  libssh2_session_callback_set2(session, kind, reinterpret_cast<libssh2_cb_generic*>(function));
#else
  libssh2_session_callback_set(session, kind, reinterpret_cast<void*>(function));
#endif
}

}  // namespace

void Session::release(LIBSSH2_SESSION* session) noexcept {
  libssh2_session_free(session);
}

Session::Session(int fd, const std::string& key_types) : fd_(fd) {
  need_library();
  session_.reset(libssh2_session_init_ex(nullptr, nullptr, nullptr, this));
  if (!session_) throw Error(ErrorKind::failed, "libssh2 cannot make a session");
  auto* session = session_.get();
  libssh2_session_set_blocking(session, 0);
  set_callback(session, LIBSSH2_CALLBACK_RECV, &Callbacks::receive);
  set_callback(session, LIBSSH2_CALLBACK_SEND, &Callbacks::send);
  if (!key_types.empty() &&
      libssh2_session_method_pref(session, LIBSSH2_METHOD_HOSTKEY, key_types.c_str()) != 0) {
    throw Error(ErrorKind::failed, "libssh2 knows no host keys of type " + key_types);
  }
}

Session::~Session() {
  const bool idle = pending_ == Pending::nothing && error_ == 0;
  if (idle && greeted_) libssh2_session_disconnect(session_.get(), "done");
  cut();
  // What libssh2 has allocated for a step that waits is only let go of by that step.
  if (pending_ == Pending::handshake) shake_hands();
  if (pending_ == Pending::login) log_in(user_, private_key_);
}

Session::Step Session::shake_hands() {
  pending_ = Pending::handshake;
  begin_step();
  return step_of(libssh2_session_handshake(session_.get(), fd_));
}

std::string Session::host_key() const {
  std::size_t size = 0;
  int type = 0;
  const char* key = libssh2_session_hostkey(session_.get(), &size, &type);
  return key == nullptr ? std::string() : std::string(key, size);
}

Session::Step Session::log_in(const std::string& user, const std::string& private_key) {
  pending_ = Pending::login;
  user_ = user;
  private_key_ = private_key;
  begin_step();
  const auto step =
      step_of(libssh2_userauth_publickey_frommemory(session_.get(), user_.data(), user_.size(), nullptr, 0,
                                                    private_key_.data(), private_key_.size(), nullptr));
  logged_in_ = step == Step::done;
  return step;
}

Session::Step Session::step_of(int code) noexcept {
  if (code == LIBSSH2_ERROR_EAGAIN) return Step::waiting;
  pending_ = Pending::nothing;
  error_ = code;
  return code == 0 ? Step::done : Step::failed;
}

/// Sees what libssh2 reads. False when a peer that is not known yet goes on for too long: libssh2 itself
/// would read whatever comes.
bool Session::take(std::string_view bytes) {
  heard_ += bytes.size();
  step_heard_ += bytes.size();
  if (!greeted_) take_greeting(bytes);
  if (!greeted_) return heard_ <= greeting_limit;
  return logged_in_ || heard_ <= limit_before_login;
}

void Session::take_greeting(std::string_view bytes) {
  if (babble_.size() < kept_babble) babble_ += bytes.substr(0, kept_babble - babble_.size());
  for (const char byte : bytes) {
    if (byte == '\n') {
      greeted_ = greeted_ || line_ == identification;
      line_.clear();
    } else if (line_.size() < identification.size()) {
      line_ += byte;
    }
  }
}

short Session::events() const {
  const int directions = libssh2_session_block_directions(session_.get());
  if (directions == LIBSSH2_SESSION_BLOCK_OUTBOUND) return POLLOUT;
  return directions == LIBSSH2_SESSION_BLOCK_INBOUND || directions == 0 ? POLLIN : POLLIN | POLLOUT;
}

std::string Session::error_text() const {
  char* text = nullptr;
  libssh2_session_last_error(session_.get(), &text, nullptr, 0);
  return text == nullptr ? "" : text;
}

}  // namespace nocloud
