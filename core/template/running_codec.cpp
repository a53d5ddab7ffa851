// SPDX-License-Identifier: Apache-2.0
#include "template/running_codec.h"

#include "loader/guard.h"

namespace runnel {

namespace {

CodecAnswer failure(Ticket ticket, Error error) {
    CodecAnswer answer;
    answer.ticket = ticket;
    answer.fields = std::move(error);
    return answer;
}

}  // namespace

/// A thread's way into the plugin and out of it.
class RunningCodec::Visit final {
  public:
    explicit Visit(RunningCodec& codec) : codec_(codec), alone_(codec.calls_) {
        codec_.open_.lock()->caller = std::this_thread::get_id();
    }
    ~Visit() {
        Answered held;
        {
            auto open = codec_.open_.lock();
            open->caller = {};
            held.swap(open->held);
        }
        alone_.unlock();
        handOn(std::move(held));
        codec_.unloadUnused();
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

  private:
    RunningCodec& codec_;
    std::unique_lock<std::mutex> alone_;
};

Result<std::shared_ptr<RunningCodec>> RunningCodec::make(const LoadedPlugin& plugin, Host& host) {
    std::shared_ptr<RunningCodec> codec(new RunningCodec("codec_" + plugin.name));
    auto made = guarded(codec->name_, [&] { return plugin.descriptor->codec(host, *codec); });
    if (!made) return made.error();
    if (!*made) return Error{"", "plugin " + codec->name_ + " made no codec and gave no reason"};
    codec->codec_ = std::move(*made);
    return codec;
}

Result<std::uint32_t> RunningCodec::load(const Fields& parameters) {
    const Visit inside(*this);
    if (isStopped_) return Error{"", name_ + " has been stopped"};
    return guarded(name_, [&] { return codec_->load(parameters); });
}

void RunningCodec::unload(std::uint32_t program) {
    unused_.lock()->push_back(program);
    unloadUnused();
}

/// Whoever finds the plugin occupied leaves it to that visit, which comes here at its end.
void RunningCodec::unloadUnused() {
    while (!unused_.lock()->empty()) {
        const std::unique_lock alone(calls_, std::try_to_lock);
        if (!alone) return;
        std::vector<std::uint32_t> programs;
        programs.swap(*unused_.lock());
        if (isStopped_) continue;
        for (const std::uint32_t program : programs) {
            static_cast<void>(guarded(name_, [&] { codec_->unload(program); }));
        }
    }
}

void RunningCodec::run(std::span<Task> tasks, Call call) {
    std::vector<CodecJob> jobs;
    jobs.reserve(tasks.size());
    {
        auto open = open_.lock();
        for (Task& task : tasks) {
            task.job.ticket = ++open->last;
            open->clients.emplace(task.job.ticket, std::move(task.client));
            jobs.push_back(std::move(task.job));
        }
    }
    const Visit inside(*this);
    const Status called = isStopped_ ? Status(Error{"", name_ + " has been stopped"})
                                     : guarded(name_, [&] { ((*codec_).*call)(jobs); });
    if (!called) failAll(jobs, called.error());
}

/// Those that the plugin has not answered.
void RunningCodec::failAll(std::span<const CodecJob> jobs, const Error& error) {
    std::vector<CodecAnswer> answers;
    for (const CodecJob& job : jobs) answers.push_back(failure(job.ticket, error));
    answer(answers);
}

void RunningCodec::answer(std::span<CodecAnswer> answers) {
    Answered answered;
    {
        auto open = open_.lock();
        const bool isInside = open->caller == std::this_thread::get_id();
        Answered& out = isInside ? open->held : answered;
        for (CodecAnswer& one : answers) {
            auto client = open->clients.extract(one.ticket);
            if (client.empty()) continue;  // answered twice
            ++answered_;
            if (!one.fields) ++failed_;
            out.emplace_back(std::move(client.mapped()), std::move(one));
        }
    }
    handOn(std::move(answered));
}

void RunningCodec::handOn(Answered&& answered) {
    for (auto& [client, one] : answered) client->answered(std::move(one));
}

void RunningCodec::stop() {
    {
        const Visit inside(*this);
        if (isStopped_) return;
        isStopped_ = true;
        static_cast<void>(guarded(name_, [&] { codec_->stop(); }));
    }
    Answered left;
    {
        auto open = open_.lock();
        for (auto& [ticket, client] : open->clients) {
            left.emplace_back(std::move(client),
                              failure(ticket, Error{"", name_ + " has been stopped"}));
        }
        open->clients.clear();
    }
    handOn(std::move(left));
}

}  // namespace runnel
