---Deployments. The server asks what is to be asked, and says how it ended.
local client_of = require('hmls.client')
local homes = require('hmls.homes')
local view = require('hmls.view')

local M = {}

---@param command string of docs/protocol.md, without `hmls.`
---@param chosen hmls.Chosen
---@param more table<string, any>?
---@param ended fun(answer: hmls.Answer)?
function M.run(command, chosen, more, ended)
  local client = client_of.need(chosen.map.root)
  if not client then
    return
  end
  local argument = { root = chosen.map.root, target = chosen.target.name }
  client_of.ask(client, 'workspace/executeCommand', {
    command = 'hmls.' .. command,
    arguments = { vim.tbl_extend('force', argument, more or {}) },
  }, function(answer)
    M.last = answer
    vim.api.nvim_exec_autocmds('User', {
      pattern = 'HmlsDeployed',
      modeline = false,
      data = vim.tbl_extend('force', { command = command, target = chosen.target.name }, answer),
    })
    if ended then
      ended(answer)
    end
  end)
end

---@param command string
---@param name string? of a target
function M.start(command, name)
  local prompt = ('%s which target?'):format(command:sub(1, 1):upper() .. command:sub(2))
  homes.choose(name, { prompt = prompt }, function(chosen)
    M.run(command, chosen)
  end)
end

---Evaluate a target, or all of them.
---@param name string? `all` for all
function M.check(name)
  if name == 'all' then
    homes.choose_flake('Check all targets of the flake of', function(chosen)
      M.run('checkAll', chosen)
    end)
  else
    M.start('check', name)
  end
end

---@param chosen hmls.Chosen
---@param ready fun(generations: hmls.Generation[])
function M.generations_of(chosen, ready)
  local client = client_of.need(chosen.map.root)
  if not client then
    return
  end
  local params = { root = chosen.map.root, target = chosen.target.name }
  client_of.ask(client, 'hmls/generations', params, function(answer)
    if #answer.generations == 0 then
      client_of.say(answer.reason or ('%s has no generations here'):format(chosen.target.name))
    else
      ready(answer.generations)
    end
  end)
end

---@param generation hmls.Generation
---@return string
local function told(generation)
  local date = generation.date:sub(1, 16):gsub('T', ' ')
  return ('%d  %s%s'):format(generation.id, date, generation.current and '  (current)' or '')
end

---What a generation changed against the one before, in one line; empty if that is not known.
---@param generation hmls.Generation
---@return string
local function changes_of(generation)
  local changes = generation.changes ~= vim.NIL and generation.changes or ''
  return (vim.trim(changes):gsub('%s*\n%s*', '; '))
end

---Go back to a generation: the one of a number, or one that the user picks.
---@param name string?
---@param number integer?
function M.rollback(name, number)
  homes.choose(name, { prompt = 'Roll back which target?' }, function(chosen)
    if number then
      M.run('rollback', chosen, { generation = number })
      return
    end
    M.generations_of(chosen, function(generations)
      local others = vim.tbl_filter(function(generation)
        return not generation.current
      end, generations)
      vim.ui.select(others, {
        prompt = ('Roll %s back to'):format(chosen.target.name),
        kind = 'hmls_generation',
        format_item = function(generation)
          return vim.trim(('%s  %s'):format(told(generation), changes_of(generation)))
        end,
      }, function(generation)
        if generation then
          M.run('rollback', chosen, { generation = generation.id })
        end
      end)
    end)
  end)
end

---Numbers of a target's generations, newest first; asks for them and waits a moment.
---@param name string
---@return string[]
function M.numbers(name)
  local chosen = homes.named(name)
  local found ---@type string[]?
  if chosen then
    M.generations_of(chosen, function(generations)
      found = vim.iter(generations):map(function(each)
        return tostring(each.id)
      end):totable()
    end)
    vim.wait(1500, function()
      return found ~= nil
    end, 20)
  end
  return found or {}
end

---The generations of a target with what changed in each.
---@param name string?
function M.generations(name)
  homes.choose(name, { prompt = 'Generations of' }, function(chosen)
    M.generations_of(chosen, function(generations)
      ---@type hmls.Line[]
      local lines = {
        { text = chosen.target.name, group = 'Title', note = '<CR> or r rolls back' },
      }
      for _, generation in ipairs(generations) do
        lines[#lines + 1] = {
          text = told(generation),
          group = generation.current and 'Special' or nil,
          note = generation.path,
          data = generation,
        }
        local changes = changes_of(generation)
        if changes ~= '' then
          lines[#lines + 1] = { text = '  ' .. changes, data = generation }
        end
      end
      local function back(line)
        if line.data and not line.data.current then
          M.run('rollback', chosen, { generation = line.data.id }, function()
            M.generations(chosen.target.name)
          end)
        end
      end
      view.open('hmls://generations/' .. chosen.target.name, lines, {
        keys = {
          ['<CR>'] = { back, desc = 'Roll back to it' },
          r = { back, desc = 'Roll back to it' },
        },
      })
    end)
  end)
end

return M
